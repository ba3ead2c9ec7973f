/** How a panel's verdict becomes (part of) an anomaly. */
import type { PanelVerdict } from "../../detectors/contract.ts";
import type { Anomaly } from "../domain/anomaly.ts";
import type { Series } from "../domain/series.ts";

/** The anomaly of an open verdict at `tick`; an anomaly already open keeps when it opened. */
export function anomalyFrom(series: Series, verdict: PanelVerdict, known: Anomaly | undefined, tick: number): Anomaly {
  const openedAt = known?.state === "open" ? known.openedAt : tick;
  // One that was revised was none: what came before it still counts.
  const goesOn = known?.state === "open" || known?.resolvedBy === "revised";
  const calmSince = goesOn ? known.calmSince : known?.resolvedAt;
  return {
    series,
    state: "open",
    openedAt,
    updatedAt: tick,
    resolvedAt: null,
    onsetAt: verdict.onsetAt ?? openedAt,
    ...(typeof calmSince === "number" ? { calmSince } : {}),
    observed: verdict.observed,
    expected: verdict.expected,
    windowSeconds: verdict.windowSeconds,
    ratio: verdict.ratio,
    ratioInterval: verdict.ratioInterval,
    evidence: verdict.evidence,
    detectors: verdict.detectors,
    ...(verdict.weakPrior ? { weakPrior: true } : {}),
  };
}

/** The same anomaly, over. Its numbers stay those of its last open moment. */
export function resolvedAnomaly(anomaly: Anomaly, reason: string, tick: number): Anomaly {
  return { ...anomaly, state: "resolved", updatedAt: tick, resolvedAt: tick, resolvedBy: reason };
}
