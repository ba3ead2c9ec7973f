import type { Cause } from "../../domain/alert.ts";
import type { Anomaly } from "../../domain/anomaly.ts";
import { isEstablished } from "./cause-key.ts";

/** An anomaly with what attribution says about it. */
export interface Finding {
  readonly anomaly: Anomaly;
  /** `revision` and `was` are set by the lifecycle; whatever is given is ignored. */
  readonly cause: Cause;
  /** Groups by this (and the cluster) instead of the key computed from the cause, and is taken as established. */
  readonly causeKey?: readonly string[];
  /** Sample records, newest first. */
  readonly samples: readonly Readonly<Record<string, unknown>>[];
}

/** Best established first; a verdict that knows nothing, however surely, speaks for the alert only when no other does. */
export function byStrength(a: Finding, b: Finding): number {
  return (
    rankOf(b.cause) - rankOf(a.cause) ||
    b.cause.probability - a.cause.probability ||
    b.anomaly.evidence - a.anomaly.evidence ||
    (a.anomaly.series.id < b.anomaly.series.id ? -1 : 1)
  );
}

function rankOf(cause: Cause): number {
  if (cause.verdict === "inconclusive") return 0;
  if (!isEstablished(cause)) return 1;
  return cause.tier === "asserted" ? 3 : 2;
}
