/** Finds the one series that a person means by an id or the beginning of one. */
import type { Anomaly } from "../domain/anomaly.ts";
import { TenfoldError } from "../domain/errors.ts";
import type { Series } from "../domain/series.ts";
import type { WindowStore } from "../ports/windows.ts";

/** Series looked through for the beginning of an id. */
const MAX_SERIES = 50_000;
const NAMED = 5;

/** Undefined when there is none. Rejects with `invalid_request` when several begin that way. */
export async function findByPrefix(windows: WindowStore, text: string): Promise<Series | undefined> {
  const shards = Array.from({ length: windows.shards }, (_, shard) => shard);
  const whole = await Promise.all(shards.map((shard) => windows.readSeries(shard, [text])));
  const exact = whole.find((found) => found.has(text))?.get(text);
  if (exact) return exact;
  const candidates = new Map<string, Series>();
  for (const one of await windows.findSeries({}, MAX_SERIES)) candidates.set(one.id, one);
  // Roll-ups are listed nowhere; those that people ask about have, or had, an anomaly.
  for (const own of await windows.readAnomalies([...shards, windows.shards])) {
    for (const json of own.values()) {
      const { series } = JSON.parse(json) as Anomaly;
      candidates.set(series.id, series);
    }
  }
  const found = [...candidates.values()].filter(({ id }) => id.startsWith(text));
  if (found.length <= 1) return found[0];
  const ids = found.slice(0, NAMED).map(({ id }) => id);
  const more = found.length > NAMED ? ", …" : "";
  throw new TenfoldError(
    "invalid_request",
    `series: ${found.length} series begin with ${JSON.stringify(text)}: ${ids.join(", ")}${more}; write more of the id`,
  );
}
