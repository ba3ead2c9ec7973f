/** What makes two anomalies one alert: the same cause in the same cluster. */
import type { Cause, Suspect } from "../../domain/alert.ts";
import type { Series } from "../../domain/series.ts";

/** True when the verdict names something: only such a verdict may move a series from one alert to another. */
export function isEstablished(cause: Cause): boolean {
  return cause.tier !== "unexplained" && cause.verdict !== "unexplained" && cause.verdict !== "inconclusive";
}

/** The suspect that the verdict is about; undefined when no change is blamed. */
export function blamed(cause: Cause): Suspect | undefined {
  if (!isEstablished(cause) || cause.verdict === "environment") return undefined;
  if (cause.verdict === "image") return cause.suspects.find((suspect) => suspect.digest !== undefined);
  return cause.suspects.find((suspect) => suspect.kind === cause.verdict) ?? cause.suspects[0];
}

/** Key of an alert about a policy for which nothing is established. */
export function unexplainedKey({ cluster, policy }: Series): readonly string[] {
  return [cluster, "unexplained", policy];
}

/** Key of the alert about something around a policy: its environment. */
export function aroundKey({ cluster, policy }: Series): readonly string[] {
  return [cluster, "environment", policy];
}

/**
 * The grouping key. While nothing is established, series of one policy share an alert; an established verdict groups by
 * the guilty change. The cluster is part of every key, and no time is, so that re-attribution gives the same key.
 */
export function causeKey(series: Series, cause: Cause): readonly string[] {
  const suspect = blamed(cause);
  const namespace = suspect?.namespace ?? series.namespace;
  const workload = suspect?.workload ?? series.workload;
  if (!isEstablished(cause)) return unexplainedKey(series);
  switch (cause.verdict) {
    case "image":
      return [series.cluster, "image", namespace, workload, suspect?.digest ?? series.digest];
    case "policy":
      return [series.cluster, "policy", suspect?.policy ?? series.policy];
    case "environment":
      return aroundKey(series);
    default:
      return [series.cluster, cause.verdict, namespace, workload];
  }
}
