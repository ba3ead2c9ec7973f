/**
 * One of a hundred sparse series rises tenfold, all at the same minute: each judged by itself at the threshold of the fleet,
 * and all of them together by the e-detector's Benjamini-Hochberg rule. Rates are known, so only the rules differ.
 */
import { thresholdPerFleet } from "../../detectors/index.ts";
import { eDetectorBenjaminiHochberg } from "../../detectors/math/e-d-bh.ts";
import { mixtureEvent } from "../../detectors/math/mixture-event.ts";
import { mixtureSilence } from "../../detectors/math/mixture-silence.ts";
import { emptyTilt, mixtureTilt } from "../../detectors/math/mixture-tilt.ts";
import { type Random, seeded, subSeed } from "./random.ts";
import { table } from "./summary.ts";

/** Events per minute: median and spread of the logarithm, as of the fleets; and the least that is ever expected. */
const MEDIAN_RATE = 0.003;
const SPREAD = 1.5;
const LEAST_RATE = 1e-4;
const RATIO = 10;
/** Share of the series that rises. */
const RISING = 0.01;
/** Minutes before the rise, and at which all series are looked at after it. */
const BEFORE = 10_080;
const LOOK_EVERY = 5;
const SHOWN: readonly number[] = [30, 60, 120, 240];
const LAST = 240;
const POISSON = mixtureTilt(emptyTilt(), 0, 0, 0);

export interface BroadRiseOrder {
  readonly seed: number;
  readonly series: number;
}

export interface BroadRiseRow {
  /** Minutes after the rise. */
  readonly minutes: number;
  readonly rising: number;
  /** Series found so far, and among them such as had not risen: one by one, and together. */
  readonly alone: { readonly found: number; readonly wrong: number };
  readonly together: { readonly found: number; readonly wrong: number };
}

export function broadRise({ seed, series }: BroadRiseOrder): readonly BroadRiseRow[] {
  const rising = Math.round(series * RISING);
  const looks = Array.from({ length: LAST / LOOK_EVERY }, (_, i) => (i + 1) * LOOK_EVERY);
  const values = looks.map(() => new Float64Array(series));
  for (let k = 0; k < series; k++) {
    const random = seeded(subSeed(seed, 90, k));
    const rate = Math.max(LEAST_RATE, MEDIAN_RATE * Math.exp(SPREAD * random.normal()));
    follow(rate, k < rising ? RATIO : 1, looks, random, (look, value) => {
      const row = values[look];
      if (row) row[k] = value;
    });
  }
  return found(values, looks, rising, Math.exp(thresholdPerFleet(1, series)));
}

/** Steps one series event by event, and tells its evidence (not logarithmic) at each look. */
function follow(
  rate: number,
  ratio: number,
  looks: readonly number[],
  random: Random,
  tell: (look: number, value: number) => void,
) {
  const sums = new Float64Array(POISSON.theta.length);
  let look = 0;
  for (let time = -BEFORE, last = -BEFORE; ; ) {
    const now = time < 0 ? rate : rate * ratio;
    const next = time - Math.log(1 - random.next()) / now;
    if (time < 0 && next >= 0) {
      // Without a memory, waiting may begin anew when the rate changes.
      time = 0;
      continue;
    }
    for (let at = looks[look]; at !== undefined && at < next; at = looks[++look]) {
      tell(look, mixtureSilence(sums.slice(), POISSON, rate * (at - last), at - last));
    }
    if (next > LAST) return;
    mixtureEvent(sums, POISSON, rate * (next - last), next - last);
    last = next;
    time = next;
  }
}

function found(values: readonly Float64Array[], looks: readonly number[], rising: number, threshold: number) {
  const alone = new Set<number>();
  const together = new Set<number>();
  const rows: BroadRiseRow[] = [];
  const count = (series: ReadonlySet<number>) => {
    const right = [...series].filter((k) => k < rising).length;
    return { found: right, wrong: series.size - right };
  };
  for (const [look, row] of values.entries()) {
    row.forEach((value, k) => {
      if (value >= threshold) alone.add(k);
    });
    for (const k of eDetectorBenjaminiHochberg([...row], threshold)) together.add(k);
    const minutes = looks[look] ?? 0;
    if (SHOWN.includes(minutes)) rows.push({ minutes, rising, alone: count(alone), together: count(together) });
  }
  return rows;
}

export function broadRiseTable(rows: readonly BroadRiseRow[]): string {
  const cell = ({ found: right, wrong }: BroadRiseRow["alone"]) => `${right} (${wrong})`;
  return table(
    ["minutes after the rise", "risen", "found one by one (wrong ones)", "found together (wrong ones)"],
    rows.map(({ minutes, rising, alone, together }) => [String(minutes), String(rising), cell(alone), cell(together)]),
  );
}
