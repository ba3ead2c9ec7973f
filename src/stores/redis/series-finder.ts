import type { Series } from "../../domain/series.ts";
import type { SeriesFilter } from "../../ports/windows.ts";
import type { RedisConnection } from "./connection.ts";
import type { Keys } from "./keys.ts";
import { toList, toTexts } from "./replies.ts";
import { decodeSeries, fits, indexPrefix } from "./series-codec.ts";

const PAGE = 500;

interface Candidate {
  readonly shard: number;
  readonly id: string;
}

/**
 * Series matching a filter in the order of their ids, at most `limit`. Reads each shard's index page by page; a
 * candidate is looked at only when no shard can still bring a smaller id.
 */
export async function findSeries(
  connection: RedisConnection,
  keys: Keys,
  shards: number,
  filter: SeriesFilter,
  limit: number,
): Promise<readonly { readonly series: Series; readonly shard: number }[]> {
  const prefix = indexPrefix(filter);
  const page = Math.max(1, Math.min(PAGE, limit));
  const found: { series: Series; shard: number }[] = [];
  let open = Array.from({ length: shards }, (_, shard) => ({ shard, after: "" }));
  let waiting: Candidate[] = [];
  while (found.length < limit && (open.length > 0 || waiting.length > 0)) {
    const pages = await connection.run(
      open.map(({ shard, after }) => ({
        command: "zrangebylex",
        args: [keys.shard(shard).seriesIndex, `(${prefix}${after}`, `(${prefix}\x7f`, "LIMIT", 0, page],
      })),
    );
    const next: typeof open = [];
    for (const [index, { shard }] of open.entries()) {
      const ids = toTexts(pages[index]).map((member) => member.slice(prefix.length));
      waiting.push(...ids.map((id) => ({ shard, id })));
      const last = ids.at(-1);
      if (last !== undefined && ids.length === page) next.push({ shard, after: last });
    }
    open = next;
    // Up to here every shard has been read.
    const horizon = open.map(({ after }) => after).sort(compare)[0];
    waiting.sort((a, b) => compare(a.id, b.id));
    const ready = horizon === undefined ? waiting : waiting.filter(({ id }) => id <= horizon);
    waiting = horizon === undefined ? [] : waiting.filter(({ id }) => id > horizon);
    for (let from = 0; from < ready.length && found.length < limit; from += PAGE) {
      const some = ready.slice(from, from + PAGE);
      for (const entry of await describe(connection, keys, some)) if (fits(entry.series, filter)) found.push(entry);
    }
  }
  return found.slice(0, limit);
}

async function describe(connection: RedisConnection, keys: Keys, candidates: readonly Candidate[]) {
  const byShard = new Map<number, string[]>();
  for (const { shard, id } of candidates) byShard.set(shard, [...(byShard.get(shard) ?? []), id]);
  const shards = [...byShard];
  const replies = await connection.run(
    shards.map(([shard, ids]) => ({ command: "hmget", args: [keys.shard(shard).series, ...ids] })),
  );
  const found: { series: Series; shard: number }[] = [];
  for (const [index, [shard]] of shards.entries()) {
    for (const stored of toList(replies[index])) {
      if (typeof stored === "string") found.push({ series: decodeSeries(stored), shard });
    }
  }
  return found.sort((a, b) => compare(a.series.id, b.series.id));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
