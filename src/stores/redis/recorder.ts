import { TenfoldError } from "../../domain/errors.ts";
import type { Flush, FlushResult } from "../../ports/windows.ts";
import type { WindowLayout } from "../window-layout.ts";
import type { RedisConnection } from "./connection.ts";
import type { Keys } from "./keys.ts";
import { type RecordAnswer, readRecordAnswer, recordCommand } from "./record-command.ts";
import type { ShardViews } from "./shard-view.ts";

/** Each attempt corrects what this process assumed; only a shard evaluated faster than we can send needs more. */
const ATTEMPTS = 8;

/**
 * Counts flushes: one script each, all in one round trip, again for those whose assumptions were out of date. Flushes of
 * one shard go one after the other, because a sequence that arrives after a later one counts as seen.
 */
export async function recordFlushes(
  flushes: readonly Flush[],
  now: number,
  connection: RedisConnection,
  keys: Keys,
  views: ShardViews,
  layout: WindowLayout,
): Promise<readonly FlushResult[]> {
  const results = new Map<Flush, FlushResult>();
  const attempts = new Map<Flush, number>();
  for (let waiting = flushes; waiting.length > 0; waiting = flushes.filter((flush) => !results.has(flush))) {
    const wave = firstOfEachShard(waiting);
    let room = views.room();
    const commands = wave.map((flush) => {
      const command = recordCommand(flush, { layout, views, keys: keys.shard(flush.shard), now, room });
      room = Math.max(0, room - newSeries(flush, views));
      return command;
    });
    const replies = await connection.run(commands);
    for (const [index, flush] of wave.entries()) {
      const answer = readRecordAnswer(replies[index], flush);
      note(answer, flush, views);
      if (answer.kind === "recorded") results.set(flush, answer.result);
      else countAttempt(attempts, flush);
    }
  }
  return flushes.flatMap((flush) => results.get(flush) ?? []);
}

function firstOfEachShard(flushes: readonly Flush[]): readonly Flush[] {
  const shards = new Set<number>();
  return flushes.filter(({ shard }) => !shards.has(shard) && shards.add(shard));
}

function countAttempt(attempts: Map<Flush, number>, flush: Flush): void {
  const made = (attempts.get(flush) ?? 0) + 1;
  if (made >= ATTEMPTS)
    throw new TenfoldError("store_unavailable", "a shard moves faster than it can be written", { retryAfter: 1 });
  attempts.set(flush, made);
}

function note(answer: RecordAnswer, flush: Flush, views: ShardViews): void {
  const view = views.shard(flush.shard);
  view.position = Math.max(view.position, answer.position);
  view.rolled = Math.max(view.rolled, answer.rolled);
  if (answer.kind === "unknown") {
    for (const index of answer.increments) {
      const increment = flush.increments[index];
      if (increment) views.forget(increment.series.id);
    }
  } else if (answer.kind === "recorded") {
    view.series = answer.series;
    const refused = new Set(answer.result.refused);
    for (const [index, increment] of flush.increments.entries()) {
      if (!refused.has(index) && !views.isKnown(increment.series)) views.know(increment.series);
    }
  }
}

function newSeries(flush: Flush, views: ShardViews): number {
  const ids = new Set<string>();
  for (const { series } of flush.increments) if (!views.has(series.id)) ids.add(series.id);
  return ids.size;
}
