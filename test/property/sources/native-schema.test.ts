/** The hand-written readers of the native formats and their published schemas must agree on what is valid. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseTime } from "../../../src/domain/time.ts";
import { readTime } from "../../../src/sources/event-time.ts";
import { nativeSource } from "../../../src/sources/native.ts";
import { nativeChangeSource } from "../../../src/sources/native-change.ts";
import { nativeChangeSchema, nativeViolationSchema } from "../../../src/sources/schemas.ts";

const context = { now: 1_893_553_500_000, cluster: "c" };
const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    "",
    0,
    1,
    -1,
    1.5,
    1e12,
    true,
    [],
    {},
    "text",
    ["a"],
    [1],
    [""],
    { a: { b: 1 } },
    "x".repeat(513),
  ),
  fc.jsonValue({ maxDepth: 2 }),
);
const timeLike = fc.oneof(
  fc.constantFrom<unknown>("2030-01-02T03:04:05Z", "2030-01-02T03:04:05.123456789Z", "2030-02-30T00:00:00Z", 1_893_553_445),
  odd,
);
const text = fc.oneof({ weight: 3, arbitrary: fc.constantFrom<unknown>("name", "Deployment/a") }, odd);
const digestLike = fc.oneof(
  fc.constantFrom<unknown>(digest, `a@${digest}`, digest.toUpperCase(), digest.slice(1), `${digest}a`),
  odd,
);
const count = fc.oneof(fc.constantFrom<unknown>(1, 1e9, 1e9 + 1, 5), odd);

const violation = fc.record(
  {
    time: timeLike,
    policy: fc.oneof(text, fc.constantFrom<unknown>(" ", "\t\n")),
    id: text,
    engine: text,
    regimes: fc.oneof(fc.constantFrom<unknown>(["pci"], Array(33).fill("a")), odd),
    action: fc.oneof(fc.constantFrom<unknown>("deny", "audit", "warn", "alert", "block"), odd),
    cluster: text,
    namespace: text,
    workload: text,
    pod: text,
    container: text,
    image: text,
    digest: digestLike,
    serviceAccount: text,
    peer: text,
    enforcedBy: text,
    decidedBy: text,
    count,
    labels: fc.oneof(fc.constantFrom<unknown>({ a: "b" }), odd),
    message: text,
    extra: odd,
  },
  { requiredKeys: [] },
);
const change = fc.record(
  {
    time: timeLike,
    kind: fc.oneof({ weight: 9, arbitrary: fc.constantFrom<unknown>("rollout", "rollback", "scale", "policy", "config") }, odd),
    phase: fc.oneof(fc.constantFrom<unknown>("started", "progressing", "finished", "done"), odd),
    workload: text,
    policy: text,
    image: text,
    digest: digestLike,
    previousDigest: digestLike,
    replicas: count,
    previousReplicas: count,
    restart: fc.oneof(fc.boolean(), odd),
    url: text,
    extra: odd,
  },
  { requiredKeys: [] },
);
/** Mostly valid records with few odd fields, so that both answers are seen often. */
const mostly = (base: Record<string, unknown>, drawn: fc.Arbitrary<object>) =>
  fc
    .tuple(
      drawn,
      fc.subarray([...Object.keys(base), "id", "count", "digest", "labels", "regimes", "action", "phase", "replicas"], {
        maxLength: 2,
      }),
    )
    .map(([values, picked]) => ({
      ...base,
      ...Object.fromEntries(Object.entries(values).filter(([key]) => picked.includes(key))),
    }));

function agree(records: fc.Arbitrary<unknown>, byHand: (record: unknown) => boolean, schema: z.ZodType): Set<boolean> {
  const seen = new Set<boolean>();
  fc.assert(
    fc.property(records, (record) => {
      const valid = schema.safeParse(record).success;
      seen.add(valid);
      expect(byHand(record)).toBe(valid);
    }),
    { numRuns: 4000 },
  );
  return seen;
}

describe("native formats", () => {
  it("violations: reader and schema agree", () => {
    const byHand = (record: unknown) => nativeSource.parse(record, context)[0]?.type === "violation";
    const seen = agree(fc.oneof(violation, mostly({ time: 1, policy: "p" }, violation), odd), byHand, nativeViolationSchema);
    expect(seen.size).toBe(2);
  });

  it("changes: reader and schema agree", () => {
    const byHand = (record: unknown) => nativeChangeSource.parse(record, context)[0]?.type === "timeline";
    const base = { time: 1, kind: "rollout", workload: "Deployment/a", policy: "p", replicas: 1 };
    const seen = agree(fc.oneof(change, mostly(base, change), odd), byHand, nativeChangeSchema);
    expect(seen.size).toBe(2);
  });

  it("can be published as JSON Schema", () => {
    expect(z.toJSONSchema(nativeViolationSchema)).toMatchObject({ type: "object", required: ["time", "policy"] });
    expect(JSON.stringify(z.toJSONSchema(nativeChangeSchema))).toContain('"rollback"');
  });
});

describe("event times", () => {
  it("are read as the general reader reads them", () => {
    const near = fc
      .tuple(fc.integer({ min: 0, max: 180_000 }), fc.constantFrom("Z", "z", "123Z", ".Z", "+00:00", "", "ZZ"), fc.boolean())
      .map(([offset, end, cut]) => new Date(1_893_553_440_000 + offset).toISOString().slice(0, cut ? 19 : 23) + end);
    const odd = fc.constantFrom<unknown>(
      "2030-01-02T03:04:60Z",
      "2030-01-02T03:04:61Z",
      "2030-01-02T03:04:5aZ",
      "2030-01-02T03:04:05.1x3Z",
      1e9,
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            near,
            odd,
            fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
          ),
          { minLength: 1 },
        ),
        (times) => {
          for (const time of times) expect(readTime(time)).toBe(parseTime(time));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
