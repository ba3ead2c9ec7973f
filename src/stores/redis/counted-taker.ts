import type { BucketCount } from "../../ports/windows.ts";
import type { Command, RedisConnection } from "./connection.ts";
import type { Keys } from "./keys.ts";
import { type Reply, toList, toNumber, toOptionalNumber, toTexts } from "./replies.ts";

/** Series of a shard taken at once, so that an answer stays small; what is left is taken the next time. */
const TAKEN_AT_ONCE = 5_000;

interface Read {
  readonly index: number;
  readonly bucket: number;
  readonly ids: readonly string[];
}

/**
 * Takes what `record.lua` noted as counted, and reads how much it is by now. One round trip while nothing was counted, two
 * otherwise. Results in the order of `shards`.
 */
export async function takeCounted(
  shards: readonly number[],
  connection: RedisConnection,
  keys: Keys,
): Promise<readonly ReadonlyMap<number, readonly BucketCount[]>[]> {
  const noted = await connection.run(
    shards.map((shard) => ({ command: "spop", args: [keys.shard(shard).counted, TAKEN_AT_ONCE] })),
  );
  const reads: Read[] = [];
  const commands: Command[] = [];
  for (const [index, shard] of shards.entries()) {
    for (const [bucket, ids] of byBucket(noted[index])) {
      const own = keys.shard(shard);
      reads.push({ index, bucket, ids });
      commands.push({ command: "zmscore", args: [own.clipped(bucket), ...ids] });
      commands.push({ command: "zmscore", args: [own.fine(bucket), ...ids] });
    }
  }
  const replies = await connection.run(commands);
  const out = shards.map(() => new Map<number, readonly BucketCount[]>());
  for (const [read, { index, bucket, ids }] of reads.entries()) {
    const counts = toCounts(ids, toList(replies[2 * read]), toList(replies[2 * read + 1]));
    if (counts.length > 0) out[index]?.set(bucket, counts);
  }
  return out;
}

/** Members are `<start of the bucket>:<series id>`. */
function byBucket(members: Reply): ReadonlyMap<number, readonly string[]> {
  const out = new Map<number, string[]>();
  for (const member of toTexts(members)) {
    const colon = member.indexOf(":");
    const bucket = Number(member.slice(0, colon));
    const ids = out.get(bucket) ?? [];
    out.set(bucket, ids);
    ids.push(member.slice(colon + 1));
  }
  return out;
}

function toCounts(ids: readonly string[], clipped: readonly Reply[], fine: readonly Reply[]): readonly BucketCount[] {
  const counts: BucketCount[] = [];
  for (const [place, seriesId] of ids.entries()) {
    const count = toOptionalNumber(fine[place]);
    if (count !== undefined && count > 0)
      counts.push({ seriesId, count, clipped: Math.min(count, toNumber(clipped[place] ?? 0)) });
  }
  return counts;
}
