const HOUR = 3_600_000;

/** Time within which the season counts as constant, milliseconds; steps begin at full multiples of it. */
export const SEASON_STEP = HOUR / 6;

/** 24 hours of a weekday, then 24 of a weekend day. */
export const SEASON_BINS = 48;

/** Season bin, 0..47, of an hour counted from the epoch (UTC): 1970-01-01 was a Thursday. */
export function seasonBin(hour: number): number {
  const day = (Math.floor(hour / 24) + 4) % 7;
  return (day === 0 || day === 6 ? 24 : 0) + (hour % 24);
}

/**
 * Mean factor over [from, to) milliseconds when factors belong to the middle of their hour and are joined by lines, of
 * which every season step takes its middle. Constant within a step, so that a silence inside one may be cut anywhere:
 * how start mass decays depends on when events were expected, not only on how many. One evaluation per step.
 * `factorOf` maps an hour since the epoch to its factor.
 */
export function meanFactor(factorOf: (hour: number) => number, from: number, to: number): number {
  if (to <= from) return at(factorOf, (Math.floor(from / SEASON_STEP) + 0.5) * SEASON_STEP);
  let sum = 0;
  for (let start = from; start < to; ) {
    const step = Math.floor(start / SEASON_STEP);
    const end = Math.min(to, (step + 1) * SEASON_STEP);
    sum += at(factorOf, (step + 0.5) * SEASON_STEP) * (end - start);
    start = end;
  }
  return sum / (to - from);
}

function at(factorOf: (hour: number) => number, time: number): number {
  const hour = Math.floor(time / HOUR);
  const offset = time / HOUR - hour - 0.5;
  const here = factorOf(hour) * (1 - Math.abs(offset));
  return here + factorOf(offset < 0 ? hour - 1 : hour + 1) * Math.abs(offset);
}
