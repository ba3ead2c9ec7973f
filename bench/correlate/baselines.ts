/** What people do today: simple rules that name a change, scored on the same episodes. */
import type { CandidateChange, Episode } from "../../src/correlation/episode.ts";
import { BUCKET_MS, minutesIn } from "../../src/correlation/episode.ts";

/** The id of the change that a rule blames; undefined: none. `all`: rollouts anywhere in the cluster included. */
export type Baseline = (episode: Episode, all: readonly CandidateChange[]) => CandidateChange | undefined;

const RECENT = 30;

const minutesBefore = (episode: Episode, change: CandidateChange) => (episode.alertedAt - change.at) / BUCKET_MS;
const recent = (episode: Episode, change: CandidateChange) =>
  minutesBefore(episode, change) >= 0 && minutesBefore(episode, change) <= RECENT;
const ownRollouts = (episode: Episode) =>
  episode.changes.filter((change) => change.kind === "rollout" && change.workload === episode.workload);

function best(changes: readonly CandidateChange[], score: (change: CandidateChange) => number): CandidateChange | undefined {
  let found: CandidateChange | undefined;
  let top = Number.NEGATIVE_INFINITY;
  for (const change of changes) {
    const value = score(change);
    if (value > top) [found, top] = [change, value];
  }
  return found;
}

const latestInCluster: Baseline = (episode, all) =>
  best(
    all.filter((change) => change.kind === "rollout" && recent(episode, change)),
    ({ at }) => at,
  );

const latest: Baseline = (episode) =>
  best(
    ownRollouts(episode).filter((change) => recent(episode, change)),
    ({ at }) => at,
  );

const closest: Baseline = (episode) => {
  const onset = episode.startAt + (episode.onsetIndex + 0.5) * BUCKET_MS;
  const touching = episode.changes.filter((change) =>
    change.kind === "policy" ? selectsSubject(episode, change) : change.workload === episode.workload,
  );
  return best(
    touching.filter((change) => Math.abs(change.at - onset) <= RECENT * BUCKET_MS),
    ({ at }) => -Math.abs(at - onset),
  );
};

function selectsSubject(episode: Episode, { policy }: CandidateChange): boolean {
  return policy === episode.policy || episode.siblings.some((sibling) => sibling.policy === policy);
}

/** Per-pod rates of the new version against the old, in buckets that both have; else against the half hour before. */
const mannWhitney: Baseline = (episode) => {
  const judged = ownRollouts(episode).flatMap((change) => {
    const age = minutesBefore(episode, change);
    if (change.activation === undefined || age < 0 || age > 60) return [];
    const { fresh, old } = ratesAround(episode, change, change.activation);
    const p = rankSumP(fresh, old);
    return p < 0.02 && mean(fresh) > 1.25 * mean(old) ? [{ change, p }] : [];
  });
  return best(
    judged.map(({ change }) => change),
    (change) => -(judged.find((entry) => entry.change === change)?.p ?? 1),
  );
};

function ratesAround(episode: Episode, change: CandidateChange, activation: number) {
  const start = Math.max(Math.floor(minutesIn(episode, change.at)), 0);
  const rate = (a: number, b: number) => (episode.counts.known[a]?.[b] ?? 0) / (episode.activations[a]?.pods[b] ?? 1);
  const enough = (a: number, b: number) => (episode.activations[a]?.pods[b] ?? 0) >= 0.5;
  const fresh: number[] = [];
  const shared: number[] = [];
  const before: number[] = [];
  for (let b = Math.max(start - 30, 0); b < episode.buckets; b++) {
    const olds = episode.activations.map((_, a) => a).filter((a) => a < activation && enough(a, b));
    if (b < start) before.push(...olds.map((a) => rate(a, b)));
    else if (enough(activation, b)) {
      fresh.push(rate(activation, b));
      shared.push(...olds.map((a) => rate(a, b)));
    }
  }
  return { fresh, old: shared.length >= 3 ? shared : before };
}

/** One-sided normal approximation of the rank sum test with ties. */
function rankSumP(high: readonly number[], low: readonly number[]): number {
  const n = high.length;
  const m = low.length;
  if (n < 1 || m < 3) return 1;
  let wins = 0;
  for (const a of high) for (const b of low) wins += a > b ? 1 : a === b ? 0.5 : 0;
  const sizes = new Map<number, number>();
  for (const value of [...high, ...low]) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  const ties = [...sizes.values()].reduce((sum, size) => sum + size ** 3 - size, 0);
  const all = n + m;
  const variance = ((n * m) / 12) * (all + 1 - ties / (all * (all - 1)));
  return variance > 0 ? upperTail((wins - (n * m) / 2) / Math.sqrt(variance)) : 1;
}

/** Share of the exposure against share of the events. */
const binomial: Baseline = (episode) => {
  const judged = ownRollouts(episode).flatMap((change) => {
    if (change.activation === undefined) return [];
    const from = Math.max(Math.floor(minutesIn(episode, change.at)), 0);
    let fresh = 0;
    let known = 0;
    let exposed = 0;
    let total = 0;
    for (let b = from; b < episode.buckets; b++) {
      episode.activations.forEach(({ pods }, a) => {
        known += episode.counts.known[a]?.[b] ?? 0;
        total += pods[b] ?? 0;
      });
      fresh += episode.counts.known[change.activation]?.[b] ?? 0;
      exposed += episode.activations[change.activation]?.pods[b] ?? 0;
    }
    const share = total > 0 ? exposed / total : 1;
    const spread = Math.sqrt(known * share * (1 - share));
    const p = spread > 0 ? upperTail((fresh - known * share - 0.5) / spread) : 1;
    return p < 1e-4 ? [{ change, p }] : [];
  });
  return best(
    judged.map(({ change }) => change),
    (change) => -(judged.find((entry) => entry.change === change)?.p ?? 1),
  );
};

/** Votes of events on updated pods by age, minus the veto of events on others; times locality, times freshness. */
const vote: Baseline = (episode) => {
  const scored = ownRollouts(episode).map((change) => ({ change, score: voteFor(episode, change) }));
  const winner = best(
    scored.map(({ change }) => change),
    (change) => scored.find((entry) => entry.change === change)?.score ?? 0,
  );
  return scored.some(({ change, score }) => change === winner && score > 0.02) ? winner : undefined;
};

const VOTE_WEIGHTS = [
  [5, 0.5],
  [15, 0.3],
  [60, 0.2],
] as const;

function voteFor(episode: Episode, change: CandidateChange): number {
  const { activation } = change;
  const age = minutesBefore(episode, change);
  if (activation === undefined || age < -5) return 0;
  const share = (minutes: number) => {
    const from = Math.max(episode.buckets - minutes, Math.floor(minutesIn(episode, change.at)), 0);
    let fresh = 0;
    let known = 0;
    for (let b = from; b < episode.buckets; b++) {
      episode.counts.known.forEach((row, a) => {
        known += row[b] ?? 0;
        if (a === activation) fresh += row[b] ?? 0;
      });
    }
    return known > 0 ? fresh / known : 0;
  };
  const votes = VOTE_WEIGHTS.reduce((sum, [minutes, weight]) => sum + weight * share(minutes), 0);
  const veto = 0.5 * (1 - share(15));
  const rising = episode.neighbours.filter(({ counts }) => risen(episode, [...counts.known, counts.unknown])).length;
  const outside = episode.neighbours.length > 0 ? rising / episode.neighbours.length : 0;
  return Math.max(votes - veto, 0) * Math.max(1 - outside, 0) * Math.exp(-Math.max(age, 0) / 30);
}

function risen(episode: Episode, rows: readonly (readonly number[])[]): boolean {
  const rate = (from: number, to: number) =>
    rows.reduce((sum, row) => sum + row.slice(from, to).reduce((total, value) => total + value, 0), 0) / Math.max(to - from, 1);
  return rate(episode.onsetIndex, episode.buckets) > 2 * rate(0, episode.onsetIndex) + 0.5;
}

function mean(values: readonly number[]): number {
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : 0;
}

/** Upper tail of the standard normal distribution (Abramowitz and Stegun 26.2.17). */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly;
  return z >= 0 ? tail : 1 - tail;
}

export const BASELINES: Readonly<Record<string, Baseline>> = {
  "latest in cluster": latestInCluster,
  "latest of the workload": latest,
  closest,
  "mann-whitney": mannWhitney,
  binomial,
  vote,
};
