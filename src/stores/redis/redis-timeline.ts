import type { TimelineRecord } from "../../domain/observation.ts";
import type { Clock } from "../../ports/clock.ts";
import type { TimelineLog } from "../../ports/timeline-log.ts";
import { TIMELINE_AGE, TIMELINE_ENTRIES } from "../log-limits.ts";
import type { Command, RedisConnection } from "./connection.ts";
import type { Keys } from "./keys.ts";
import { readStream } from "./stream-log.ts";

/** Records sent in one go; a first listing of a large fleet has tens of thousands. */
const BATCH = 1_000;

export class RedisTimeline implements TimelineLog {
  readonly #connection: RedisConnection;
  readonly #key: string;
  readonly #clock: Clock;

  constructor(connection: RedisConnection, keys: Keys, clock: Clock) {
    this.#connection = connection;
    this.#key = keys.timeline;
    this.#clock = clock;
  }

  async append(records: readonly TimelineRecord[]): Promise<void> {
    for (let from = 0; from < records.length; from += BATCH) {
      const adds = records.slice(from, from + BATCH).map(
        (record): Command => ({
          command: "xadd",
          args: [this.#key, "MAXLEN", "~", TIMELINE_ENTRIES, "*", "d", JSON.stringify(record)],
        }),
      );
      // Entries carry the time of Redis; the trimming by ours needs no precision.
      const oldest = Math.max(0, this.#clock.now() - TIMELINE_AGE);
      await this.#connection.run([
        ...adds,
        { command: "xtrim", args: [this.#key, "MINID", "~", oldest] },
        { command: "pexpire", args: [this.#key, TIMELINE_AGE] },
      ]);
    }
  }

  async read(cursor: string | undefined, limit: number) {
    const { entries, cursor: next } = await readStream<TimelineRecord>(this.#connection, this.#key, cursor, limit);
    return { records: entries, cursor: next };
  }
}
