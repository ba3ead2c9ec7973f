/** The output of the attribution. */
import type { DataQuality, Evidence, RollbackTarget, Tier, VerdictKind } from "../domain/alert.ts";
import type { CandidateChange } from "./episode.ts";
import type { HypothesisKind } from "./hypothesis.ts";

/** One explanation in the ranking. */
export interface RankedCandidate {
  readonly kind: HypothesisKind;
  /** The change it blames; absent for explanations without a recorded change. */
  readonly change?: CandidateChange;
  /** All changes it blames: the same digest may have been rolled out to several workloads. */
  readonly changes: readonly CandidateChange[];
  readonly probability: number;
  /** When the effect most likely began under this explanation, milliseconds since the epoch; a bucket's middle. */
  readonly effectAt?: number;
  /** From the change to the effect; negative when clocks disagree. */
  readonly lagSeconds?: number;
  readonly evidence: readonly Evidence[];
}

export interface Verdict {
  readonly verdict: VerdictKind;
  /** Only `asserted` may say "caused it" or trigger an action, and an automatic action waits for the +3 min verdict. */
  readonly tier: Tier;
  /** The blamed candidate; null when the tier is `unexplained`. */
  readonly cause: RankedCandidate | null;
  /** Probability of the cause; without one, that of the verdict. */
  readonly probability: number;
  /** Complete, most probable first; probabilities sum to 1. */
  readonly ranking: readonly RankedCandidate[];
  /** Probability that no recorded change is to blame. */
  readonly unexplainedProbability: number;
  readonly rollbackTarget: RollbackTarget | null;
  readonly dataQuality: DataQuality;
  /** What the reader should know: caps that bit, the tier held back, how the case was examined. */
  readonly notes: readonly string[];
  /** Milliseconds since the epoch. */
  readonly asOf: number;
}
