/**
 * Remembers the steps of the last tick. A panel is a pure function of state and sample, so the same state object and an
 * equal sample give the same result: at the next tick only buckets whose counts changed, and those after them, are
 * stepped again, and a bucket that closes unchanged has been stepped already.
 */
import type { Panel, PanelVerdict, Sample } from "../../detectors/contract.ts";
import type { SeriesState } from "./series-state.ts";

export interface StepResult {
  readonly state: SeriesState;
  readonly verdict: PanelVerdict;
}

interface Step {
  readonly panel: Panel;
  readonly before: SeriesState | undefined;
  readonly sample: Sample;
  readonly result: StepResult;
}

export class StepMemory {
  #last = new Map<string, readonly Step[]>();
  #current = new Map<string, Step[]>();

  /** The step from `before` by `sample`, remembered or taken. */
  take(seriesId: string, panel: Panel, before: SeriesState | undefined, sample: Sample): StepResult {
    const own = this.#current.get(seriesId);
    const known = find(own, panel, before, sample) ?? find(this.#last.get(seriesId), panel, before, sample);
    const step = known ?? stepOf(panel, before, sample);
    if (own) own.push(step);
    else this.#current.set(seriesId, [step]);
    return step.result;
  }

  /** Forgets what was not asked for since the last call. */
  nextTick(): void {
    this.#last = this.#current;
    this.#current = new Map();
  }
}

function stepOf(panel: Panel, before: SeriesState | undefined, sample: Sample): Step {
  const { state, verdict } = panel.step(before?.panel, sample);
  return { panel, before, sample, result: { state: { panel: state, end: sample.at + sample.width }, verdict } };
}

function find(
  steps: readonly Step[] | undefined,
  panel: Panel,
  before: SeriesState | undefined,
  sample: Sample,
): Step | undefined {
  return steps?.find((step) => step.before === before && step.panel === panel && same(step.sample, sample));
}

function same(a: Sample, b: Sample): boolean {
  return (
    a.at === b.at &&
    a.count === b.count &&
    a.clipped === b.clipped &&
    a.width === b.width &&
    a.exposure === b.exposure &&
    a.gapShare === b.gapShare &&
    a.prior === b.prior
  );
}
