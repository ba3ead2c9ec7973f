import type { Clock } from "../ports/clock.ts";

/** A clock that starts at `start` and runs `speed` times as fast as `real`: a day of a fleet in minutes. */
export function pacedClock(real: Clock, start: number, speed: number): Clock {
  if (!(speed > 0)) throw new RangeError("speed must be positive");
  const realStart = real.now();
  return {
    now: () => start + Math.floor((real.now() - realStart) * speed),
    sleep: (ms, signal) => real.sleep(ms / speed, signal),
  };
}
