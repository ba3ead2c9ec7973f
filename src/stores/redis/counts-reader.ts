import { TenfoldError } from "../../domain/errors.ts";
import { COARSE, floorTo, MEDIUM, readBoundaries, type WindowLayout } from "../window-layout.ts";
import type { Command, RedisConnection } from "./connection.ts";
import type { ShardKeys } from "./keys.ts";
import { type Reply, toList, toNumber, toTexts } from "./replies.ts";

/** Buckets asked for in one script call, and series: bounds the time a script takes. */
const KEYS_PER_CALL = 500;
const SERIES_PER_CALL = 200;
const ATTEMPTS = 8;

export type Report = (seriesId: string, bucket: number, count: number) => void;

interface Source {
  readonly key: string;
  /** Start of the bucket the count belongs to. */
  readonly bucket: number;
}

/**
 * Reports the counts of series of one shard over [from, to) by event time, each event once: at each time from the finest
 * level that is still kept, with what is not rolled up yet added. All calls see one state of the shard, or all are made
 * again.
 */
export async function readShardCounts(
  connection: RedisConnection,
  keys: ShardKeys,
  layout: WindowLayout,
  ids: readonly string[],
  from: number,
  to: number,
  report: Report,
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const plan = await planSources(connection, keys, layout, from, to);
    const calls: { readonly command: Command; readonly sources: readonly Source[]; readonly ids: readonly string[] }[] = [];
    for (const someIds of pieces(ids, SERIES_PER_CALL)) {
      for (const sources of pieces(plan.sources, KEYS_PER_CALL)) {
        const bucketKeys = sources.map(({ key }) => key);
        const args = [plan.position, plan.rolled, plan.moves, ...someIds];
        calls.push({ command: { script: "counts", keys: [keys.meta, ...bucketKeys], args }, sources, ids: someIds });
      }
    }
    const replies = await connection.run(calls.map(({ command }) => command));
    if (replies.some((reply) => toList(reply)[0] === -1)) continue;
    for (const [index, call] of calls.entries()) reportCounts(replies[index], call.sources, call.ids, report);
    return;
  }
  throw new TenfoldError("store_unavailable", "a shard moves faster than it can be read", { retryAfter: 1 });
}

function reportCounts(reply: Reply, sources: readonly Source[], ids: readonly string[], report: Report): void {
  const rows = toList(reply);
  for (const [row, { bucket }] of sources.entries()) {
    const scores = toList(rows[row]);
    for (const [column, id] of ids.entries()) {
      const score = scores[column];
      if (score !== null && score !== undefined) report(id, bucket, toNumber(score));
    }
  }
}

async function planSources(connection: RedisConnection, keys: ShardKeys, layout: WindowLayout, from: number, to: number) {
  const [meta, fine, medium, coarse] = await connection.run([
    { command: "hmget", args: [keys.meta, "position", "rolled", "moves"] },
    { command: "zrangebyscore", args: [keys.fineIndex, from, `(${to}`] },
    { command: "zrangebyscore", args: [keys.mediumIndex, from, `(${to}`] },
    { command: "zrangebyscore", args: [keys.coarseIndex, from, `(${to}`] },
  ]);
  const [position, rolled, moves] = toList(meta).map((value) => (typeof value === "string" ? value : ""));
  const boundary = readBoundaries(Number(position ?? ""), layout);
  const rolledUpTo = Number(rolled ?? "");
  const sources: Source[] = [];
  for (const start of toTexts(coarse).map(Number)) {
    if (start < boundary.medium) sources.push({ key: keys.coarse(start), bucket: start });
  }
  for (const start of toTexts(medium).map(Number)) {
    if (start >= boundary.fine) continue;
    if (start >= boundary.medium) sources.push({ key: keys.medium(start), bucket: start });
    else if (start >= floorTo(rolledUpTo, MEDIUM)) sources.push({ key: keys.medium(start), bucket: floorTo(start, COARSE) });
  }
  for (const start of toTexts(fine).map(Number)) {
    if (start < boundary.fine && start < rolledUpTo) continue;
    const bucket = start >= boundary.fine ? start : floorTo(start, start >= boundary.medium ? MEDIUM : COARSE);
    sources.push({ key: keys.fine(start), bucket }, { key: keys.moved(start), bucket });
  }
  return { position: position ?? "", rolled: rolled ?? "", moves: moves ?? "", sources };
}

function pieces<T>(list: readonly T[], size: number): T[][] {
  const out: T[][] = [];
  for (let from = 0; from < list.length; from += size) out.push(list.slice(from, from + size));
  return out;
}
