/** What the past says about an episode's candidates: how often such changes were to blame, and digests that come back. */
import type { CandidateChange, EarlierActivation, History, Soak } from "../correlation/episode.ts";
import { ranQuietly } from "../correlation/rollback-target.ts";
import type { Change } from "../domain/change.ts";
import { shortDigest } from "../domain/digest.ts";
import type { Series } from "../domain/series.ts";
import { formatTime } from "../domain/time.ts";
import { fullName } from "./episode-workload.ts";
import type { Blame, PastVerdicts } from "./past-verdicts.ts";

export interface HistoryContext {
  readonly series: Series;
  /** Candidates are younger than this: only what is older counts as history, milliseconds. */
  readonly before: number;
  /** All changes of the cluster since history is kept. */
  readonly changes: readonly Change[];
  readonly past: PastVerdicts;
  /** Minutes the series was observed before. */
  readonly observedMinutes: number;
}

/** History counts for this long, milliseconds. */
export const HISTORY_KEPT = 90 * 86_400_000;
const MINUTE = 60_000;

/** How often changes of this workload and edits of policies were blamed, and how often this series rose without a cause. */
export function historyOf({ series, before, changes, past, observedMinutes }: HistoryContext): History {
  const old = changes.filter(({ time }) => time < before && time >= before - HISTORY_KEPT);
  const blames = past.blames.filter(({ cluster, changedAt }) => cluster === series.cluster && changedAt < before);
  const own = ({ namespace, workload }: { readonly namespace: string; readonly workload?: string | undefined }) =>
    namespace === series.namespace && workload === series.workload;
  const rate = (kinds: readonly Change["kind"][], verdict: Blame["verdict"]) => {
    const made = old.filter((change) => kinds.includes(change.kind) && own(change));
    const hits = new Set(blames.filter((blame) => blame.verdict === verdict && own(blame)).map(({ changedAt }) => changedAt));
    return { hits: Math.min(hits.size, made.length), changes: made.length };
  };
  return {
    rollouts: rate(["rollout", "rollback"], "image"),
    configs: rate(["config"], "config"),
    edits: editRates(old, blames),
    spikes: { count: past.spikes.filter((spike) => concerns(spike, series, before)).length, minutes: observedMinutes },
  };
}

function editRates(old: readonly Change[], blames: readonly Blame[]): NonNullable<History["edits"]> {
  const rates: Record<string, { hits: number; changes: number }> = {};
  for (const { kind, policy } of old) {
    if (kind !== "policy" || policy === undefined) continue;
    const before = rates[policy];
    rates[policy] = { hits: 0, changes: (before?.changes ?? 0) + 1 };
  }
  for (const [policy, rate] of Object.entries(rates)) {
    const hits = new Set(blames.filter((one) => one.verdict === "policy" && one.policy === policy).map((one) => one.changedAt));
    rate.hits = Math.min(hits.size, rate.changes);
  }
  return rates;
}

function concerns(spike: PastVerdicts["spikes"][number], series: Series, before: number): boolean {
  if (spike.cluster !== series.cluster || spike.resolvedAt > before) return false;
  return spike.series.some(
    (one) => one.policy === series.policy && one.namespace === series.namespace && one.workload === series.workload,
  );
}

/** The alert that blamed this digest on this workload for an earlier roll-out. */
export function earlierBlame(
  digest: string | undefined,
  workload: string | undefined,
  changedAt: number,
  cluster: string,
  { blames }: PastVerdicts,
): Blame | undefined {
  if (digest === undefined) return undefined;
  const fits = (blame: Blame) =>
    blame.verdict === "image" &&
    blame.cluster === cluster &&
    blame.digest === digest &&
    blame.workload !== undefined &&
    fullName(blame.namespace, blame.workload) === workload &&
    // Re-attributions move a change by seconds; the same roll-out is no return.
    blame.changedAt + MINUTE < changedAt &&
    blame.firedAt < changedAt;
  return blames
    .filter(fits)
    .reduce<Blame | undefined>((last, one) => (last && last.firedAt >= one.firedAt ? last : one), undefined);
}

/** Notes that runs were blamed, for the choice of a rollback target. */
export function withBlames(
  earlier: readonly EarlierActivation[],
  series: Series,
  { blames }: PastVerdicts,
): readonly EarlierActivation[] {
  const guilty = new Set(
    blames
      .filter((one) => one.verdict === "image" && one.cluster === series.cluster)
      .filter((one) => one.namespace === series.namespace && one.workload === series.workload)
      .map(({ digest }) => digest),
  );
  return earlier.map((run) => (guilty.has(run.digest) ? { ...run, blamed: true } : run));
}

export interface SoakContext {
  readonly blameOf: (candidate: CandidateChange) => Blame | undefined;
  /** Last edit of the policy before the candidates, milliseconds. */
  readonly editedAt: number;
}

/**
 * The candidates with how their digest behaved on this workload before. Only runs under the current revision of the
 * policy count as quiet.
 */
export function withSoaks(
  candidates: readonly CandidateChange[],
  earlier: readonly EarlierActivation[],
  own: string,
  { blameOf, editedAt }: SoakContext,
): readonly CandidateChange[] {
  return candidates.map((candidate) => {
    if (candidate.kind !== "rollout" || candidate.workload !== own || candidate.digest === undefined) return candidate;
    const runs = earlier.filter((run) => run.digest === candidate.digest && run.endedAt <= candidate.at);
    const here = blameOf(candidate) ? loud(runs) : quiet(runs, earlier, editedAt);
    return here ? { ...candidate, here } : candidate;
  });
}

function loud(runs: readonly EarlierActivation[]): Soak {
  return { minutes: runs.reduce((sum, run) => sum + run.soakMinutes, 0), outcome: "loud" };
}

function quiet(runs: readonly EarlierActivation[], all: readonly EarlierActivation[], editedAt: number): Soak | undefined {
  let minutes = 0;
  for (const run of runs) {
    if (ranQuietly(run, all)) minutes += Math.max(0, Math.min(run.soakMinutes, (run.endedAt - editedAt) / MINUTE));
  }
  return minutes > 0 ? { minutes, outcome: "quiet" } : undefined;
}

/** `sha256:ab12cd34 was blamed before, by alert 01J… of 2026-11-20T08:12:00.000Z, and came back at …`. */
export function returnRemark(candidate: CandidateChange, blame: Blame): string {
  const what = candidate.image === undefined ? "" : ` (${candidate.image})`;
  return `${shortDigest(candidate.digest ?? "")}${what} came back at ${formatTime(candidate.at)}: alert ${blame.alert}, fired ${formatTime(blame.firedAt)}, blamed it before.`;
}
