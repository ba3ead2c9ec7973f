/** Sub-counters of events whose pod was not known: reads them, and moves their events once it is. */
import type { Placement, Unplaced } from "../../ports/windows.ts";
import { CLIP_LIMIT, COARSE, MEDIUM, unplacedKept, unplacedUntil, type WindowLayout } from "../window-layout.ts";
import type { Argument, Command, RedisConnection } from "./connection.ts";
import type { Keys, ShardKeys } from "./keys.ts";
import { toList, toMap, toNumber } from "./replies.ts";
import { encodeSeries } from "./series-codec.ts";
import type { ShardViews } from "./shard-view.ts";

/** Placements in one script call, so that its cost stays bounded. */
const PLACED_AT_ONCE = 500;

export async function readUnplaced(
  shards: readonly number[],
  connection: RedisConnection,
  keys: Keys,
  layout: WindowLayout,
): Promise<readonly (readonly Unplaced[])[]> {
  const replies = await connection.run(
    shards.flatMap((shard): Command[] => [
      { command: "hget", args: [keys.shard(shard).meta, "position"] },
      { command: "hgetall", args: [keys.shard(shard).unplaced] },
    ]),
  );
  return shards.map((_, index) => {
    const position = toNumber(replies[2 * index] ?? 0);
    return [...toMap(replies[2 * index + 1])]
      .map(([name, text]) => toUnplaced(name, text))
      .filter(({ bucket }) => unplacedUntil(bucket, layout) > position);
  });
}

/** Fields are `<start of the bucket>:<series id>:<pod>`, values begin with the count. */
function toUnplaced(name: string, text: string): Unplaced {
  const first = name.indexOf(":");
  const second = name.indexOf(":", first + 1);
  return {
    bucket: Number(name.slice(0, first)),
    seriesId: name.slice(first + 1, second),
    pod: name.slice(second + 1),
    count: Number(text.slice(0, text.indexOf(" "))),
  };
}

/** Resolves with the number of events moved. */
export async function place(
  placements: readonly Placement[],
  connection: RedisConnection,
  keys: Keys,
  views: ShardViews,
  layout: WindowLayout,
): Promise<number> {
  const byShard = new Map<number, Placement[]>();
  for (const placement of placements) {
    const own = byShard.get(placement.shard) ?? [];
    byShard.set(placement.shard, own);
    own.push(placement);
  }
  let moved = 0;
  for (const [shard, own] of byShard) {
    for (let from = 0; from < own.length; from += PLACED_AT_ONCE) {
      const some = own.slice(from, from + PLACED_AT_ONCE);
      const reply = toList(await connection.one(placeCommand(some, keys.shard(shard), views.room(), layout)));
      moved += toNumber(reply[0]);
      views.shard(shard).series = toNumber(reply[1]);
    }
  }
  return moved;
}

function placeCommand(placements: readonly Placement[], keys: ShardKeys, room: number, layout: WindowLayout): Command {
  const starts = [...new Set(placements.map(({ bucket }) => bucket))];
  const groups = new Map(starts.map((start, index) => [start, index + 1]));
  const { fine, medium, coarse } = layout.retention;
  return {
    script: "place",
    keys: [
      ...[keys.meta, keys.fineIndex, keys.mediumIndex, keys.coarseIndex, keys.expiry],
      ...[keys.series, keys.lastSeen, keys.seriesIndex, keys.unplaced, keys.unplacedTimes],
      ...starts.flatMap((start) => keys.group(start)),
    ],
    args: [
      ...[layout.width, fine, medium, coarse, MEDIUM, COARSE, CLIP_LIMIT, room, unplacedKept(layout)],
      ...[starts.length, placements.length],
      ...starts,
      ...placements.flatMap(({ seriesId, bucket, pod, target }): Argument[] => [
        ...[groups.get(bucket) ?? 0, seriesId, pod, target.id, encodeSeries(target)],
      ]),
    ],
  };
}
