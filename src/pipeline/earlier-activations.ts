/** The versions a workload ran before, with how long and how loudly: the candidates for a rollback. */
import type { EarlierActivation } from "../correlation/episode.ts";
import type { Series } from "../domain/series.ts";
import { UNKNOWN_DIGEST } from "../domain/violation.ts";
import type { WindowStore } from "../ports/windows.ts";

/** One opening of one version, as the timeline knows it. */
export interface KnownRun {
  readonly digest: string | undefined;
  readonly image: string | undefined;
  /** -Infinity: it ran before anything was known. */
  readonly openedAt: number;
  /** Infinity while it runs. */
  readonly closedAt: number;
  readonly podMinutes: number;
}

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** History looked at for a rollback target. */
const LOOK_BACK = 7 * 24 * HOUR;
const MAX_RUNS = 12;
const MAX_SERIES = 400;

/** Newest first. Where the timeline does not know when a version began, its first counted event says. */
export async function earlierActivations(
  series: Series,
  asOf: number,
  runs: readonly KnownRun[],
  windows: WindowStore,
): Promise<readonly EarlierActivation[]> {
  const { cluster, namespace, workload } = series;
  const from = Math.floor((asOf - LOOK_BACK) / HOUR) * HOUR;
  const until = Math.ceil(asOf / HOUR) * HOUR;
  const all = await windows.findSeries({ cluster, namespace, workload }, MAX_SERIES);
  const leaves = all.filter((one) => one.level === "leaf" && one.digest !== UNKNOWN_DIGEST);
  const counts = await windows.readCounts(leaves, from, until, HOUR);
  const spans = new Map<string, { first: number; last: number; image: string | undefined; events: Map<number, number> }>();
  leaves.forEach((leaf, index) => {
    const span = spans.get(leaf.digest) ?? {
      first: Number.POSITIVE_INFINITY,
      last: Number.NEGATIVE_INFINITY,
      image: leaf.image,
      events: new Map(),
    };
    spans.set(leaf.digest, span);
    counts[index]?.forEach((count, hour) => {
      if (count === 0) return;
      const at = from + hour * HOUR;
      span.first = Math.min(span.first, at);
      span.last = Math.max(span.last, at + HOUR);
      if (leaf.policy === series.policy) span.events.set(at, (span.events.get(at) ?? 0) + count);
    });
  });
  const known = runs.length > 0 ? runs : [...spans].map(([digest, span]) => runOf(digest, span));
  return [...known]
    .filter((run) => run.digest !== undefined && run.openedAt <= asOf)
    .sort((a, b) => b.openedAt - a.openedAt || b.closedAt - a.closedAt)
    .slice(0, MAX_RUNS)
    .map((run) => activationOf(run, spans.get(run.digest ?? ""), asOf, from));
}

interface Span {
  readonly first: number;
  readonly last: number;
  readonly image: string | undefined;
  readonly events: ReadonlyMap<number, number>;
}

function runOf(digest: string, span: Span): KnownRun {
  return { digest, image: span.image, openedAt: span.first, closedAt: span.last, podMinutes: (span.last - span.first) / MINUTE };
}

function activationOf(run: KnownRun, span: Span | undefined, asOf: number, from: number): EarlierActivation {
  const opened = Number.isFinite(run.openedAt) ? run.openedAt : Math.max(from, Math.min(span?.first ?? asOf, asOf));
  const endedAt = Math.min(run.closedAt, asOf);
  const soakMinutes = Math.max(0, (endedAt - opened) / MINUTE);
  let events = 0;
  for (const [hour, count] of span?.events ?? []) if (hour + HOUR > opened && hour < endedAt) events += count;
  const image = run.image ?? span?.image;
  return {
    digest: run.digest ?? "",
    ...(image === undefined ? {} : { image }),
    endedAt,
    soakMinutes,
    podMinutes: Number.isFinite(run.podMinutes) && run.podMinutes > 0 ? run.podMinutes : soakMinutes,
    events,
    blamed: false,
  };
}
