/** Whether the policy that a regime relies on is the one that decided. */
import type { Series } from "../domain/series.ts";
import type { PlacedDetails } from "./episode-pods.ts";

/** Fewer events may be one odd connection. */
const LEAST_EVENTS = 3;

/**
 * A finding of its own: events of a regime's policy that another policy decided. Whatever blocked them was not what the
 * regime expects, so it may cease to without anybody noticing.
 */
export function decidedByRemarks(series: Series, details: readonly PlacedDetails[], onsetIndex: number): readonly string[] {
  if (series.regimes.length === 0) return [];
  const sums = new Map<string, number>();
  for (const { bucket, decidedBy } of details) {
    if (bucket < onsetIndex) continue;
    for (const [policy, count] of decidedBy) sums.set(policy, (sums.get(policy) ?? 0) + count);
  }
  const regimes = series.regimes.join(", ");
  return [...sums]
    .filter(([, count]) => count >= LEAST_EVENTS)
    .sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1))
    .map(
      ([policy, count]) =>
        `${count} events since the onset were decided by ${policy}, not by ${series.policy} as ${regimes} expects: ` +
        `okay only while ${policy} stays as it is.`,
    );
}
