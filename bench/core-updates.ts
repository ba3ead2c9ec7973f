/** What the core statistic costs: one event of one series. */
import { mixtureEvent } from "../detectors/math/mixture-event.ts";
import { emptyTilt, mixtureTilt } from "../detectors/math/mixture-tilt.ts";
import { seeded } from "./detect/random.ts";
import { quickest } from "./measure.ts";

const UPDATES = 1_000_000;
const RUNS = 3;

/** Event updates per second of processor time. */
export function coreUpdates(seed: number): number {
  const random = seeded(seed);
  const waits = Float64Array.from({ length: 4096 }, () => -Math.log(1 - random.next()));
  const sums = new Float64Array(8);
  const tilt = mixtureTilt(emptyTilt(), 0.5, 0.5, 0);
  const seconds = quickest(RUNS, () => {
    for (let i = 0; i < UPDATES; i++) mixtureEvent(sums, tilt, waits[i & 4095] ?? 1, waits[i & 4095] ?? 1);
  });
  return UPDATES / seconds;
}
