import { TenfoldError } from "../../domain/errors.ts";
import type { ShardCommit } from "../../ports/windows.ts";
import { ANOMALY_KEPT, COARSE, FORGET_BATCH, floorTo, MEDIUM, type WindowLayout } from "../window-layout.ts";
import type { Argument, Command, RedisConnection } from "./connection.ts";
import type { Keys, ShardKeys } from "./keys.ts";
import { type Reply, toList, toNumber, toTexts } from "./replies.ts";
import type { ShardViews } from "./shard-view.ts";

/** Keys deleted in one commit, so that its cost stays bounded; the rest follows with the next. */
const DELETE_BATCH = 256;
/** Only buckets that recorders add between reading the index and committing make another attempt necessary. */
const ATTEMPTS = 8;
const READS = 3;

/** Applies commits: one round trip to see which keys they touch, one to commit. */
export async function commitShards(
  commits: readonly ShardCommit[],
  connection: RedisConnection,
  keys: Keys,
  views: ShardViews,
  layout: WindowLayout,
): Promise<readonly boolean[]> {
  const accepted = new Map<ShardCommit, boolean>();
  for (let attempt = 0; ; attempt++) {
    const waiting = commits.filter((commit) => !accepted.has(commit));
    if (waiting.length === 0) return commits.map((commit) => accepted.get(commit) === true);
    if (attempt === ATTEMPTS)
      throw new TenfoldError("store_unavailable", "new buckets appear faster than a commit", { retryAfter: 1 });
    const reads = waiting.flatMap((commit) => planReads(commit, keys.shard(commit.shard), views.shard(commit.shard).rolled));
    const found = await connection.run(reads);
    const replies = await connection.run(
      waiting.map((commit, index) => {
        const rolled = views.shard(commit.shard).rolled;
        return commitCommand(commit, found.slice(index * READS, (index + 1) * READS), rolled, keys.shard(commit.shard), layout);
      }),
    );
    for (const [index, commit] of waiting.entries()) {
      const [status, position, rolled] = toList(replies[index]);
      if (status === -1) continue;
      accepted.set(commit, status === 1);
      if (status !== 1) continue;
      const view = views.shard(commit.shard);
      view.position = toNumber(position);
      view.rolled = toNumber(rolled);
    }
  }
}

/** Buckets that may close, and keys that may go. `rolled` may be out of date: it only grows, so nothing is missed. */
function planReads(commit: ShardCommit, keys: ShardKeys, rolled: number): Command[] {
  const { position } = commit;
  return [
    { command: "zrangebyscore", args: [keys.fineIndex, rolled, `(${position}`] },
    { command: "zrangebyscore", args: [keys.mediumIndex, floorTo(rolled, MEDIUM), `(${position}`] },
    { command: "zrangebyscore", args: [keys.expiry, "-inf", position, "LIMIT", 0, DELETE_BATCH] },
  ];
}

function commitCommand(
  commit: ShardCommit,
  found: readonly Reply[],
  rolled: number,
  keys: ShardKeys,
  layout: WindowLayout,
): Command {
  const fine = toList(found[0]).map(toNumber);
  const medium = new Set([...toList(found[1]).map(toNumber), ...fine.map((start) => floorTo(start, MEDIUM))]);
  for (const start of medium) if (start < floorTo(rolled, MEDIUM)) medium.delete(start);
  const outdated = toTexts(found[2]);
  const { retention, width } = layout;
  return {
    script: "commit",
    keys: [
      ...[keys.meta, keys.fineIndex, keys.mediumIndex, keys.coarseIndex, keys.expiry, keys.lease],
      ...[keys.states, keys.anomalies, keys.anomalyTimes, keys.series, keys.lastSeen, keys.seriesIndex],
      ...[keys.samples, keys.sampleTimes],
      ...fine.flatMap((start) => [keys.fine(start), keys.moved(start), keys.medium(start)]),
      ...[...medium].flatMap((start) => [keys.medium(start), keys.coarse(start)]),
      ...outdated,
    ],
    args: [
      ...[commit.token, commit.position, width, retention.fine, retention.medium, retention.coarse, MEDIUM, COARSE],
      ...[ANOMALY_KEPT, FORGET_BATCH, fine.length, medium.size, outdated.length, commit.states.size, commit.anomalies.size],
      ...fine,
      ...medium,
      ...flatten(commit.states),
      ...flatten(commit.anomalies),
    ],
  };
}

function flatten(changes: ReadonlyMap<string, string | null>): Argument[] {
  const out: Argument[] = [];
  for (const [id, json] of changes) out.push(id, json ?? "");
  return out;
}
