/**
 * The series of a shard that are near an alarm, or beyond. Where all series share one budget, what each of them needs depends
 * on how many there are.
 */
import type { Panel } from "../../detectors/contract.ts";
import type { Series } from "../domain/series.ts";
import { type ShareOf, toSample } from "./sample.ts";
import type { SeriesTrack } from "./series-track.ts";

export interface Suspicious {
  readonly series: Series;
  /** For an incident, natural logarithm. */
  readonly evidence: number;
}

/** How the series are judged. */
export interface Judging {
  /** The panel for a bucket that begins at `at`. */
  readonly panelFor: (series: Series, at: number) => Panel;
  readonly shareOf: ShareOf;
  /** Of a bucket, milliseconds. */
  readonly width: number;
}

/** Evidence, natural logarithm, below which a series is not remembered: less than any shared budget ever asks for. */
const NOTEWORTHY = 6;
/** A series without events has its evidence worked out anew after this long, milliseconds. */
const RENEWED = 60_000;

interface Noted {
  readonly track: SeriesTrack;
  /** As of `at`, milliseconds. */
  evidence: number;
  at: number;
}

export class SuspiciousSeries {
  readonly #noted = new Map<string, Noted>();

  /** Takes in the evidence after a bucket that closed. */
  note(track: SeriesTrack, evidence: number): void {
    const { id } = track.series;
    if (evidence >= NOTEWORTHY) this.#noted.set(id, { track, evidence, at: track.state?.end ?? 0 });
    else if (this.#noted.size > 0) this.#noted.delete(id);
  }

  /** Silence since the last event of a series lowers its evidence; buckets that are open still do not count. */
  asOf(tick: number, options: Judging): readonly Suspicious[] {
    for (const [id, noted] of this.#noted) {
      const { track } = noted;
      const closed = tick - options.width - track.series.lateness;
      if (track.open.length > 0 || closed - noted.at < RENEWED) continue;
      noted.evidence = evidenceAfterSilence(track, closed, options);
      noted.at = closed;
      if (noted.evidence < NOTEWORTHY) this.#noted.delete(id);
    }
    return [...this.#noted.values()].map(({ track, evidence }) => ({ series: track.series, evidence }));
  }
}

/** Nothing is kept of this step: the next bucket with events takes the whole silence. */
function evidenceAfterSilence({ series, state }: SeriesTrack, until: number, { panelFor, shareOf }: Judging): number {
  if (!state || until <= state.end) return 0;
  const sample = toSample(
    { series, at: state.end, width: until - state.end, count: 0, clipped: 0, previousEnd: state.end },
    shareOf,
  );
  return panelFor(series, until).step(state.panel, sample).verdict.evidence;
}
