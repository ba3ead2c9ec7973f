/**
 * The best any detector can do on Poisson events: the CUSUM that knows the rate before and after (Moustakides 1986 shows
 * that no rule with as rare false alarms has a shorter worst-case delay). Computed, not simulated.
 *
 * Between events the statistic w falls by (ratio - 1) per expected event, not below 0; an event adds ln ratio; h raises the
 * alarm. With time counted in expected events and events coming at `speed` times the normal rate, the mean time f(w) to
 * the alarm obeys, with k = speed / (ratio - 1),
 *
 *     f'(w) = k (f(w + ln ratio) - f(w)) + 1 / (ratio - 1),   f = 0 from h on,   f(0) = f(ln ratio) + 1 / speed.
 *
 * It is solved downwards from h as a + c b with the unknown c = f(h-), by the trapezoidal rule.
 */

/** Steps per ln ratio. */
const STEPS = 200;

/** Mean time to the alarm from w = 0, in expected events at the normal rate. `height`: threshold in steps. */
function meanTime(ratio: number, speed: number, height: number): number {
  const step = Math.log(ratio) / STEPS;
  const slope = speed / (ratio - 1);
  const drift = 1 / (ratio - 1);
  const known = new Float64Array(height + 1);
  const unknown = new Float64Array(height + 1);
  unknown[0] = 1;
  for (let k = 0; k < height; k++) {
    const late = k - STEPS;
    const advanced = (values: Float64Array) => (late < 0 ? 0 : (values[late] ?? 0) + (values[late + 1] ?? 0));
    const next = (values: Float64Array, constant: number) => {
      const here = values[k] ?? 0;
      const derivatives = slope * (advanced(values) - here) + 2 * constant;
      values[k + 1] = (here - (step / 2) * derivatives) / (1 - (step * slope) / 2);
    };
    next(known, drift);
    next(unknown, 0);
  }
  const at = (values: Float64Array) => {
    const afterEvent = height - STEPS;
    return (values[height] ?? 0) - (afterEvent < 0 ? 0 : (values[afterEvent] ?? 0));
  };
  const c = (1 / speed - at(known)) / at(unknown);
  return (known[height] ?? 0) + c * (unknown[height] ?? 0);
}

/**
 * Shortest possible worst-case mean delay, minutes, from `rate` events per minute to `ratio` times as many, when false
 * alarms come once in `runLength` minutes on average. `ratio` at least 1.5.
 */
export function oracleDelay(rate: number, ratio: number, runLength: number): number {
  const wanted = rate * runLength;
  let low = 1;
  let high = 40 * STEPS;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (meanTime(ratio, 1, middle) < wanted) low = middle;
    else high = middle;
  }
  return meanTime(ratio, ratio, high) / rate;
}
