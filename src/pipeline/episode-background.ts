/** The past of an episode's subject: what changed before, what it ran, how that went, and what was blamed. */
import type { CandidateChange, EarlierActivation, History } from "../correlation/episode.ts";
import type { Change } from "../domain/change.ts";
import type { Series } from "../domain/series.ts";
import type { WindowStore } from "../ports/windows.ts";
import type { AttributionTimeline } from "./attribution-timeline.ts";
import { earlierActivations } from "./earlier-activations.ts";
import { earlierBlame, HISTORY_KEPT, historyOf, withBlames } from "./episode-history.ts";
import { observedMinutes } from "./observed-minutes.ts";
import type { Blame, PastVerdicts } from "./past-verdicts.ts";

export interface BackgroundOptions {
  readonly windows: WindowStore;
  readonly timeline: AttributionTimeline;
  readonly past: (now: number) => Promise<PastVerdicts>;
}

export interface Background {
  /** Changes from the beginning of the window on. */
  readonly recent: readonly Change[];
  readonly earlier: readonly EarlierActivation[];
  readonly history: History;
  /** Last edit of the policy before the window; -Infinity: none is known. */
  readonly editedAt: number;
  /** The alert that blamed the same digest on the same workload before. */
  readonly blameOf: (candidate: CandidateChange) => Blame | undefined;
}

/** `from`: changes after it are candidates, earlier ones are history. */
export async function backgroundOf(series: Series, from: number, asOf: number, options: BackgroundOptions): Promise<Background> {
  const { cluster, namespace, workload, policy } = series;
  const { timeline, windows } = options;
  const changes = timeline.changes(cluster, from - HISTORY_KEPT, asOf);
  const runs = timeline.history(cluster, namespace, workload, asOf);
  const past = await options.past(asOf);
  const observed = await observedMinutes(series, from, windows);
  return {
    recent: changes.filter(({ time }) => time >= from),
    earlier: withBlames(await earlierActivations(series, asOf, runs, windows), series, past),
    history: historyOf({ series, before: from, changes, past, observedMinutes: observed }),
    editedAt: lastEdit(changes, policy, from),
    blameOf: ({ kind, digest, workload: where, at }) =>
      kind === "rollout" ? earlierBlame(digest, where, at, cluster, past) : undefined,
  };
}

function lastEdit(changes: readonly Change[], policy: string, before: number): number {
  const edits = changes.filter((change) => change.kind === "policy" && change.policy === policy && change.time < before);
  return edits.reduce((last, { time }) => Math.max(last, time), Number.NEGATIVE_INFINITY);
}
