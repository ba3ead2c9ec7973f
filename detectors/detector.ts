import type { DecidingStreams } from "./contract.ts";
import type { Stretch } from "./stretch.ts";

/** What one detector thinks of a series at the end of a stretch. */
export interface Opinion {
  /** Natural logarithm of its evidence against "nothing changed"; comparable to the alarm threshold of the panel. */
  readonly evidence: number;
  /** True when that evidence alone would be enough. */
  readonly agrees: boolean;
}

/**
 * One member of the panel: a pure reducer over JSON state. The panel owns the learned expectation and puts it into the
 * stretch; a member keeps only what its own statistic needs, as numbers, and never changes what it is given.
 *
 * Guaranteed by the shared contract suite: input untouched, state survives JSON, a restart anywhere changes nothing,
 * and a silent stretch can be given whole or in parts.
 */
export interface Detector {
  readonly name: string;
  /** State of a series without evidence: new, or after an incident was resolved. */
  readonly start: readonly number[];
  /** State after the stretch. Called for every bucket with events and for every silent stretch. */
  step(state: readonly number[], stretch: Stretch): readonly number[];
  /**
   * Opinion at the end of the stretch that was stepped last. Called only when it had events or an incident is open.
   * `decidedBy`: the streams whose evidence counts.
   */
  judge(state: readonly number[], stretch: Stretch, lnThreshold: number, decidedBy: DecidingStreams): Opinion;
}
