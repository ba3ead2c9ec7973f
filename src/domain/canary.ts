/** The canary: an invented violation that goes the whole way, to show that the way is open. */
import type { Alert } from "./alert.ts";

export const CANARY_POLICY = "tenfold-canary";
export const CANARY_NAMESPACE = "tenfold";

/** True when all series are the canary's: a real violation is never told as an invented one. */
export function isCanary(series: Alert["series"]): boolean {
  return series.length > 0 && series.every(({ policy, namespace }) => policy === CANARY_POLICY && namespace === CANARY_NAMESPACE);
}
