/**
 * What is held in memory of one series between ticks: its state, and the buckets still open for it with the steps taken
 * through them. A panel is a pure function of state and sample, so a step from the same state object by an equal sample is
 * not taken again: at the next tick only buckets whose counts changed, and those after them, are stepped, and a bucket that
 * closes unchanged has been stepped already.
 */
import type { Panel, PanelVerdict, Sample } from "../../detectors/contract.ts";
import type { Series } from "../domain/series.ts";
import type { SeriesState } from "./series-state.ts";

export interface OpenBucket {
  /** Start, milliseconds. */
  readonly at: number;
  count: number;
  clipped: number;
  /** The step through this bucket that was taken last. */
  step: Step | undefined;
}

export interface Step {
  readonly panel: Panel;
  readonly before: SeriesState | undefined;
  readonly exposure: number;
  readonly gapShare: number | undefined;
  /** What the timeline knew when the exposures were last asked for. */
  known: number;
  readonly state: SeriesState;
  /** Absent when there is nothing to tell: quiet or warming, and this step changed nothing. */
  readonly verdict: PanelVerdict | undefined;
  /** For an incident after this step, natural logarithm. */
  readonly evidence: number;
}

/** Buckets of a series that share one stored state. */
const BUCKETS_A_WRITE = 6;

/**
 * Milliseconds after which the state of a series that is counted all the time is stored again; of others it is stored
 * whenever no bucket is open. After a restart the buckets since then are stepped again, which gives the same.
 */
export function writtenEvery(width: number): number {
  return BUCKETS_A_WRITE * width;
}

export class SeriesTrack {
  readonly series: Series;
  /** Series take turns, so that every tick stores as many states as the next. */
  readonly #turn: number;
  /** State at the end of the newest closed bucket; undefined while the series has none. */
  state: SeriesState | undefined;
  /** Ascending. */
  readonly open: OpenBucket[] = [];
  /** False when something happened since the open buckets were last looked through. */
  looked = false;

  constructor(series: Series) {
    this.series = series;
    this.#turn = series.id.charCodeAt(0) + 7 * series.id.charCodeAt(1);
  }

  /**
   * True when the state after the bucket that starts at `at` is to be stored at `tick`, which is decided by buckets alone
   * and so does not depend on restarts or looks: none that began before the tick will close within the same turn.
   */
  isDue(at: number, width: number, tick: number): boolean {
    const next = this.open[0];
    return next === undefined || next.at >= tick || this.#turnOf(next.at, width) !== this.#turnOf(at, width);
  }

  #turnOf(at: number, width: number): number {
    return Math.floor((at / width + this.#turn) / BUCKETS_A_WRITE);
  }

  /** Takes over what the store counted in an open bucket; nothing when all of it was moved to another series. */
  count(at: number, count: number, clipped: number): void {
    const { open } = this;
    let index = open.length;
    while (index > 0 && (open[index - 1]?.at ?? 0) > at) index--;
    const known = open[index - 1];
    if (count === 0) {
      if (known?.at !== at) return;
      open.splice(index - 1, 1);
    } else if (known?.at !== at) open.splice(index, 0, { at, count, clipped, step: undefined });
    else if (known.count === count && known.clipped === clipped) return;
    else {
      known.count = count;
      known.clipped = clipped;
      known.step = undefined;
    }
    this.looked = false;
  }

  /** Removes and returns the oldest open bucket if it starts at `last` or before. */
  takeClosed(last: number): OpenBucket | undefined {
    const first = this.open[0];
    if (first === undefined || first.at > last) return undefined;
    this.open.shift();
    this.looked = false;
    return first;
  }
}

/** The step remembered in the bucket when it is the one from `before` by these exposures, else a new one. */
export function stepThrough(
  bucket: OpenBucket,
  panel: Panel,
  before: SeriesState | undefined,
  sample: Sample,
  known: number,
): Step {
  const old = bucket.step;
  if (old && isFrom(old, panel, before) && old.exposure === sample.exposure && old.gapShare === sample.gapShare) {
    old.known = known;
    return old;
  }
  const { state, verdict } = panel.step(before?.panel, sample);
  const step: Step = {
    panel,
    before,
    exposure: sample.exposure,
    gapShare: sample.gapShare,
    known,
    state: { panel: state, end: sample.at + sample.width },
    verdict: verdict.phase === "open" || verdict.transition !== undefined ? verdict : undefined,
    evidence: verdict.evidence,
  };
  bucket.step = step;
  return step;
}

/** True when a step was taken from this state by this panel, so that only its exposures may have changed. */
export function isFrom(step: Step, panel: Panel, before: SeriesState | undefined): boolean {
  return step.before === before && step.panel === panel;
}
