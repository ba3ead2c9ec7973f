/** A panel and a Poisson series in one pod each event: life by minute, and rises followed event by event. */
import type { Panel, PanelState, PanelVerdict, Prior } from "../../detectors/index.ts";
import type { Random } from "./random.ts";

export const MINUTE = 60_000;
/** Monday, 1 January 2024, 00:00 UTC. */
export const START = Date.UTC(2024, 0, 1);
export const WEEK_MINUTES = 10_080;

/** Steps the panel over one bucket; `prior` only matters when there is no state yet. */
export function stepBucket(
  panel: Panel,
  state: PanelState | undefined,
  bucket: { readonly at: number; readonly width: number; readonly count: number; readonly prior?: Prior },
) {
  const { count, width } = bucket;
  return panel.step(state, { ...bucket, clipped: count, exposure: width / 1000, gapShare: 1 });
}

export interface Life {
  readonly state: PanelState | undefined;
  /** Minutes at whose end an incident opened, or ended. */
  readonly opened: readonly number[];
  readonly ended: readonly number[];
}

/**
 * Minutes `from` to before `to`, counted from START, at `rate` events per minute. Minutes without events are left out as
 * long as nothing is open. Ends early at the first alarm when `untilAlarm` is set.
 */
export function live(
  panel: Panel,
  before: PanelState | undefined,
  span: {
    readonly from: number;
    readonly to: number;
    readonly rate: number;
    readonly prior?: Prior;
    readonly untilAlarm?: boolean;
  },
  random: Random,
): Life {
  const { from, to, rate, prior, untilAlarm = false } = span;
  const opened: number[] = [];
  const ended: number[] = [];
  let state = before;
  for (let minute = from; minute < to; minute++) {
    const count = random.poisson(rate);
    if (count === 0 && state && !panel.needsTime(state)) continue;
    const at = START + minute * MINUTE;
    const next = stepBucket(panel, state, { at, width: MINUTE, count, ...(prior ? { prior } : {}) });
    state = next.state;
    note(next.verdict, minute + 1, opened, ended);
    if (untilAlarm && opened.length > 0) break;
  }
  return { state, opened, ended };
}

function note({ transition }: PanelVerdict, minute: number, opened: number[], ended: number[]): void {
  if (transition === "opened") opened.push(minute);
  else if (transition !== undefined) ended.push(minute);
}

/**
 * Milliseconds from `start` (a time) to the alarm when events come at `rate` per minute and are judged one by one, each in
 * a bucket of a millisecond; undefined when there is none within `lookFor` milliseconds.
 */
export function delayByEvent(
  panel: Panel,
  learned: PanelState | undefined,
  rise: { readonly start: number; readonly rate: number; readonly lookFor: number; readonly prior?: Prior },
  random: Random,
): number | undefined {
  const { start, rate, lookFor, prior } = rise;
  let state = learned;
  for (let time = 0; ; ) {
    time = Math.ceil(time + 1 - (Math.log(1 - random.next()) / rate) * MINUTE);
    if (time > lookFor) return undefined;
    const next = stepBucket(panel, state, { at: start + time - 1, width: 1, count: 1, ...(prior ? { prior } : {}) });
    if (next.verdict.transition === "opened") return time;
    state = next.state;
  }
}
