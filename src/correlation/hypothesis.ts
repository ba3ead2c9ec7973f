import type { CandidateChange } from "./episode.ts";
import { logSumExp } from "./log-sum-exp.ts";
import { zeros } from "./room.ts";

/**
 * `nothing`: nothing happened. `unexplained`: this workload changed without a recorded change. `policy-wide`: everything
 * under the policy changed, no edit recorded. `cluster`: a cause common to several policies. `one-pod`: one pod alone.
 * `rollout`, `config`, `scale`: a change of the workload. `policy`: an edit of the policy. `other-policy`: an edit of
 * another policy that used to block these events first.
 */
export type HypothesisKind =
  | "nothing"
  | "unexplained"
  | "policy-wide"
  | "cluster"
  | "one-pod"
  | "rollout"
  | "config"
  | "scale"
  | "policy"
  | "other-policy";

/** ln of lag density times likelihood, by start: from one moment on (`wall`), by age of each pod; one pod: all starts. */
export interface RolloutModes {
  readonly wall: Float64Array;
  readonly age?: Float64Array;
  readonly onePod?: number;
  /** ln evidence of other policies of the workload, contained in `wall`. */
  readonly siblings: Float64Array | undefined;
}

/** One explanation of the onset, weighed. */
export interface Hypothesis {
  readonly kind: HypothesisKind;
  /** The changes it blames; empty for the kinds without one. The first is the subject's own. */
  readonly changes: readonly CandidateChange[];
  /** ln of prior times likelihood. */
  readonly lnWeight: number;
  /** ln of the same by start of the effect (index from `window.first`), where the hypothesis has starts. */
  readonly byStart?: Float64Array;
  /** ln prior of the change, and ln lag density by start. */
  readonly lnPrior?: number;
  readonly lnLag?: Float64Array;
  /** ln evidence of neighbours and other policies by start. */
  readonly locality?: Float64Array;
  /** ln evidence of other policies of the workload by start. */
  readonly siblings?: Float64Array;
  /** The ways in which new pods may misbehave, for hypotheses with pods of their own. */
  readonly modes?: RolloutModes;
  /** Other workloads that received the same digest, with the ln evidence of each. */
  readonly sisters?: readonly { readonly workload: string; readonly ln: number }[];
}

/** Hypotheses that blame no change: their probabilities are added up as the unexplained probability. */
export function isUnexplained(kind: HypothesisKind): boolean {
  return kind === "nothing" || kind === "unexplained" || kind === "policy-wide" || kind === "one-pod";
}

/** Sums any number of rows by start; absent rows count as zeros. */
export function addByStart(starts: number, rows: readonly (ArrayLike<number> | undefined)[]): Float64Array {
  const out = zeros(starts);
  for (const row of rows) {
    if (row) for (let i = 0; i < starts; i++) out[i] = (out[i] ?? 0) + (row[i] ?? 0);
  }
  return out;
}

/** A hypothesis whose weight is a sum over starts of prior, lag and likelihoods. */
export function overStarts(
  kind: HypothesisKind,
  changes: readonly CandidateChange[],
  lnPrior: number,
  starts: number,
  parts: {
    readonly lag?: Float64Array;
    readonly effect: Float64Array;
    readonly locality?: Float64Array;
    readonly siblings?: Float64Array | undefined;
  },
): Hypothesis {
  const byStart = addByStart(starts, [parts.lag, parts.effect, parts.locality, parts.siblings]);
  return {
    kind,
    changes,
    lnWeight: lnPrior + logSumExp(byStart),
    byStart,
    lnPrior,
    ...(parts.lag ? { lnLag: parts.lag } : {}),
    ...(parts.locality ? { locality: parts.locality } : {}),
    ...(parts.siblings ? { siblings: parts.siblings } : {}),
  };
}
