import { TenfoldError } from "../../domain/errors.ts";
import type { Flush, FlushResult } from "../../ports/windows.ts";
import type { WindowLayout } from "../window-layout.ts";
import type { RedisConnection } from "./connection.ts";
import type { Keys } from "./keys.ts";
import { type RecordAnswer, readRecordAnswer, recordCommand } from "./record-command.ts";
import type { ShardViews } from "./shard-view.ts";

/** Each attempt corrects what this process assumed; only a shard evaluated faster than we can send needs more. */
const ATTEMPTS = 8;

/** Counts flushes: one script each, all in one round trip, again for those whose assumptions were out of date. */
export async function recordFlushes(
  flushes: readonly Flush[],
  now: number,
  connection: RedisConnection,
  keys: Keys,
  views: ShardViews,
  layout: WindowLayout,
): Promise<readonly FlushResult[]> {
  const results = new Map<Flush, FlushResult>();
  let waiting = flushes;
  for (let attempt = 0; waiting.length > 0; attempt++) {
    if (attempt === ATTEMPTS) throw new TenfoldError("store_unavailable", "shards are evaluated faster than written", { retryAfter: 1 });
    let room = views.room();
    const commands = waiting.map((flush) => {
      const command = recordCommand(flush, { layout, views, keys: keys.shard(flush.shard), now, room });
      room = Math.max(0, room - newSeries(flush, views));
      return command;
    });
    const replies = await connection.run(commands);
    const again: Flush[] = [];
    for (const [index, flush] of waiting.entries()) {
      const answer = readRecordAnswer(replies[index], flush);
      note(answer, flush, views);
      if (answer.kind === "recorded") results.set(flush, answer.result);
      else again.push(flush);
    }
    waiting = inOrder(again);
  }
  return flushes.map((flush) => results.get(flush) ?? { duplicates: [], late: 0, refused: [] });
}

/**
 * A later flush of the same writer and shard may have been taken while this one was sent back: its sequence would look
 * seen. So flushes of one shard in one call must not overtake each other; callers send one flush per shard and call.
 */
function inOrder(flushes: readonly Flush[]): readonly Flush[] {
  return flushes;
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
      if (!refused.has(index) && !views.isKnown(increment.series)) views.know(increment.series, flush.shard);
    }
  }
}

function newSeries(flush: Flush, views: ShardViews): number {
  const ids = new Set<string>();
  for (const { series } of flush.increments) if (views.shardOf(series.id) === undefined) ids.add(series.id);
  return ids.size;
}
