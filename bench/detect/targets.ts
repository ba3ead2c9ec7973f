/** What the detectors are meant to reach, beside what was measured. A target is never moved to where the figure is. */
import { table } from "./summary.ts";

export interface Target {
  readonly name: string;
  /** Bounds of what is wanted, both ends included. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Undefined: not measured in this run. */
  readonly measured: number | undefined;
  /** 95 % interval. */
  readonly interval?: readonly [number, number];
  readonly unit?: string;
  /** How much was looked at. */
  readonly from?: string;
}

/**
 * `met` and `missed` go by the measured value alone. `within`: the value is on the wrong side, but its interval is not;
 * used for figures of the design, which are themselves samples.
 */
export type Verdict = "met" | "within" | "missed" | "not measured";

export interface Judged extends Target {
  readonly verdict: Verdict;
}

/** A goal: only the measured value counts. */
export function judgeGoal(target: Target): Judged {
  const { measured } = target;
  return {
    ...target,
    verdict: measured === undefined ? "not measured" : reaches(target, [measured, measured]) ? "met" : "missed",
  };
}

/** A figure of the design that should be reproduced. */
export function judgeFigure(target: Target): Judged {
  const goal = judgeGoal(target);
  return goal.verdict === "missed" && target.interval && reaches(target, target.interval) ? { ...goal, verdict: "within" } : goal;
}

function reaches({ atLeast, atMost }: Target, [from, to]: readonly [number, number]): boolean {
  return to >= (atLeast ?? Number.NEGATIVE_INFINITY) && from <= (atMost ?? Number.POSITIVE_INFINITY);
}

export function targetTable(targets: readonly Judged[]): string {
  return table(
    ["what", "target", "measured", "95 % interval", "from", ""],
    targets.map((target) => [
      target.name,
      wanted(target),
      target.measured === undefined ? "–" : number(target.measured, target.unit),
      target.interval ? target.interval.map((end) => number(end)).join(" – ") : "–",
      target.from ?? "",
      target.verdict === "missed" ? "**missed**" : target.verdict === "within" ? "within its interval" : target.verdict,
    ]),
  );
}

/** `41 met, 2 missed: …`. */
export function tally(targets: readonly Judged[]): string {
  const of = (verdict: Verdict) => targets.filter((target) => target.verdict === verdict).length;
  const parts = (["met", "within", "missed", "not measured"] as const)
    .filter((verdict) => of(verdict) > 0)
    .map((verdict) => `${of(verdict)} ${verdict === "within" ? "within their interval" : verdict}`);
  return `${targets.length} targets: ${parts.join(", ")}.`;
}

function wanted({ atLeast, atMost, unit }: Target): string {
  if (atLeast !== undefined && atMost !== undefined) return `${number(atLeast)} to ${number(atMost, unit)}`;
  return atLeast === undefined ? `at most ${number(atMost ?? 0, unit)}` : `at least ${number(atLeast, unit)}`;
}

function number(value: number, unit = ""): string {
  const shown = Math.abs(value) >= 1e5 ? value.toExponential(2) : String(Number(value.toPrecision(value >= 100 ? 4 : 3)));
  return unit === "" ? shown : `${shown} ${unit}`;
}
