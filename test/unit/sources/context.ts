import type { Violation } from "../../../src/domain/violation.ts";
import type { Outcome, ParseContext, PushSource } from "../../../src/ports/source.ts";

/** 2030-01-02T03:05:00Z, a minute after the records of these tests. */
export const context: ParseContext = { now: 1_893_553_500_000, cluster: "default-cluster" };
export const DIGEST = `sha256:${"ab12".repeat(16)}`;

/** The violations of one record; fails when anything else came out. */
export function violationsOf(source: PushSource, record: unknown): readonly Violation[] {
  return source.parse(record, context).map((outcome) => {
    if (outcome.type !== "violation") throw new Error(`expected a violation, got ${JSON.stringify(outcome)}`);
    return outcome.violation;
  });
}

/** The only violation of one record. */
export function violationOf(source: PushSource, record: unknown): Violation {
  const [violation, ...more] = violationsOf(source, record);
  if (violation === undefined || more.length > 0) throw new Error(`expected one violation, got ${more.length + 1}`);
  return violation;
}

/** Outcome of a record that is no violation, as `ignored:reason` or `rejected:code`. */
export function verdictOf(source: PushSource, record: unknown): string {
  return source
    .parse(record, context)
    .map((outcome: Outcome) =>
      outcome.type === "ignored"
        ? `ignored:${outcome.reason}`
        : outcome.type === "rejected"
          ? `rejected:${outcome.code}`
          : outcome.type,
    )
    .join(",");
}
