import type { RedisConnection } from "./connection.ts";
import { toList } from "./replies.ts";

/** Entries of a stream after a cursor, each one JSON value in the field `d`. */
export async function readStream<Entry>(
  connection: RedisConnection,
  key: string,
  cursor: string | undefined,
  limit: number,
): Promise<{ readonly entries: readonly Entry[]; readonly cursor: string | undefined }> {
  const start = cursor === undefined ? "-" : `(${cursor}`;
  const reply = toList(await connection.one({ command: "xrange", args: [key, start, "+", "COUNT", limit] }));
  const entries: Entry[] = [];
  let last = cursor;
  for (const item of reply) {
    const [id, fields] = toList(item);
    entries.push(JSON.parse(String(toList(fields)[1])) as Entry);
    last = String(id);
  }
  return { entries, cursor: last };
}
