/** Bounds the work of one verdict, and says when a bound was reached. */
import type { CandidateChange, Counts, Episode } from "./episode.ts";
import { BUCKET_MS } from "./episode.ts";

export const MOST_SERIES = 200;
export const MOST_CANDIDATES = 64;
/** A change is a candidate from this many minutes before the onset on. */
export const LOOKBACK_MINUTES = 60;

export interface Capped {
  readonly episode: Episode;
  readonly notes: readonly string[];
}

/** Drops changes outside of the window, then the changes furthest from the onset and the series with the fewest events. */
export function capEpisode(episode: Episode): Capped {
  const notes: string[] = [];
  const changes = capChanges(episode, notes);
  const series = capSeries(episode, notes);
  return { episode: { ...episode, changes, ...series }, notes };
}

function capChanges(episode: Episode, notes: string[]): CandidateChange[] {
  const onsetAt = episode.startAt + episode.onsetIndex * BUCKET_MS;
  const from = onsetAt - LOOKBACK_MINUTES * BUCKET_MS;
  const inWindow = episode.changes.filter(({ at }) => at >= from && at <= episode.asOf);
  const own = inWindow.filter((change) => change.kind === "policy" || change.workload === episode.workload);
  const kept = new Set(
    own.length <= MOST_CANDIDATES
      ? own
      : [...own].sort((a, b) => Math.abs(a.at - onsetAt) - Math.abs(b.at - onsetAt)).slice(0, MOST_CANDIDATES),
  );
  if (kept.size < own.length) {
    notes.push(`Only the ${MOST_CANDIDATES} changes nearest to the onset were examined, of ${own.length}.`);
  }
  const digests = new Set([...kept].map(({ digest }) => digest));
  const neighbours = new Set(episode.neighbours.map(({ workload }) => workload));
  return inWindow.filter((change) => kept.has(change) || isSister(change, episode, digests, neighbours));
}

function isSister(
  change: CandidateChange,
  episode: Episode,
  digests: ReadonlySet<string | undefined>,
  neighbours: ReadonlySet<string>,
): boolean {
  const { digest, workload } = change;
  if (digest === undefined || workload === undefined || workload === episode.workload) return false;
  return digests.has(digest) && neighbours.has(workload);
}

function capSeries(episode: Episode, notes: string[]): Pick<Episode, "neighbours" | "siblings" | "otherPolicies"> {
  const { neighbours, siblings, otherPolicies } = episode;
  const all = neighbours.length + siblings.length + otherPolicies.length + 1;
  if (all <= MOST_SERIES) return { neighbours, siblings, otherPolicies };
  const sizes: { readonly item: object; readonly events: number }[] = [
    ...neighbours.map((item) => ({ item, events: eventsOf(item.counts) })),
    ...siblings.map((item) => ({ item, events: eventsOf(item.counts) })),
    ...otherPolicies.map((item) => ({ item, events: sum(item.counts) })),
  ];
  sizes.sort((a, b) => b.events - a.events);
  const kept = new Set(sizes.slice(0, MOST_SERIES - 1).map(({ item }) => item));
  notes.push(`Only the ${MOST_SERIES} series with the most events were compared, of ${all}.`);
  return {
    neighbours: neighbours.filter((item) => kept.has(item)),
    siblings: siblings.filter((item) => kept.has(item)),
    otherPolicies: otherPolicies.filter((item) => kept.has(item)),
  };
}

function eventsOf(counts: Counts): number {
  return counts.known.reduce((total, row) => total + sum(row), 0) + sum(counts.unknown);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
