/** Mean time to a false alarm of the shipped mixture where rate and overdispersion are known and nothing ever changes. */
import { mixture } from "../../detectors/mixture.ts";
import { byEvent, stretch } from "./delays.ts";
import { type Random, seeded } from "./random.ts";

const MINUTE = 60_000;
/** Guaranteed mean, minutes: short enough to be measured. */
export const GUARANTEED = 1000;

export interface RunLengthOrder {
  readonly seed: number;
  /** Events per minute. */
  readonly rate: number;
  /** Variance over mean, less one. */
  readonly excess: number;
  readonly runs: number;
}

/** Rates, and overdispersions, that are measured. */
export const RUN_LENGTH_CASES: readonly Pick<RunLengthOrder, "rate" | "excess">[] = [
  { rate: 0.01, excess: 0 },
  { rate: 0.1, excess: 0 },
  { rate: 1, excess: 0 },
  { rate: 10, excess: 0 },
  { rate: 0.1, excess: 4 },
  { rate: 1, excess: 4 },
  { rate: 10, excess: 4 },
];

/**
 * Minutes to the alarm. Poisson events are judged one by one, which raises most false alarms; clumped ones by minutes, at
 * whose end they are judged, because a clump is no sequence of single events.
 */
export function runLengths({ seed, rate, excess, runs }: RunLengthOrder): readonly number[] {
  const random = seeded(seed);
  const threshold = Math.log(GUARANTEED);
  return Array.from({ length: runs }, () =>
    excess === 0 ? byEvent(rate, 1, threshold, random) / MINUTE : byMinute(rate, excess, threshold, random),
  );
}

function byMinute(rate: number, excess: number, threshold: number, random: Random): number {
  let state = mixture.start;
  let judged = 0;
  for (let minute = 0; ; minute++) {
    let count = 0;
    for (let clumps = random.poisson((rate * Math.log1p(excess)) / excess); clumps > 0; clumps--) count += random.clump(excess);
    if (count === 0) continue;
    if (minute > judged) state = mixture.step(state, stretch(rate, judged * MINUTE, minute * MINUTE, 0, excess));
    judged = minute + 1;
    const bucket = stretch(rate, minute * MINUTE, judged * MINUTE, count, excess);
    state = mixture.step(state, bucket);
    if (mixture.judge(state, bucket, threshold, "both").agrees) return judged;
  }
}
