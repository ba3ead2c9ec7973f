/** For how long a policy's series on a workload has been watched: the basis of how often it rises by itself. */
import type { Series } from "../domain/series.ts";
import type { WindowStore } from "../ports/windows.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** The past beyond this is not asked for: two weeks outweigh the prior already. */
const LOOK_BACK = 14 * 24 * HOUR;
const MAX_SERIES = 200;

/** Minutes from its first counted event to `until`, milliseconds; 0 when it has none. */
export async function observedMinutes(series: Series, until: number, windows: WindowStore): Promise<number> {
  const { cluster, policy, namespace, workload } = series;
  const all = await windows.findSeries({ cluster, policy, namespace, workload }, MAX_SERIES);
  const leaves = all.filter(({ level }) => level === "leaf");
  const from = Math.floor((until - LOOK_BACK) / HOUR) * HOUR;
  const to = Math.ceil(until / HOUR) * HOUR;
  const counts = await windows.readCounts(leaves, from, to, HOUR);
  const first = Math.min(...counts.map((row) => row.findIndex((count) => count > 0)).filter((hour) => hour >= 0));
  return Number.isFinite(first) ? Math.max(0, (until - (from + first * HOUR)) / MINUTE) : 0;
}
