import type { Alert } from "../domain/alert.ts";
import type { Labels } from "./matchers.ts";

/** `kind` and `alertname` of alerts about violations. Those about Tenfold itself have others: blind, storm, canary. */
export const VIOLATION_KIND = "violation";
export const VIOLATION_NAME = "PolicyViolationSpike";

/** The name of its sort of alert, as Alertmanager's label `alertname`. */
export function alertName(alert: Alert): string {
  return alert.notice?.name ?? (alert.canary ? "TenfoldCanary" : VIOLATION_NAME);
}

function kindOf(alert: Alert): string {
  return alert.notice?.kind ?? (alert.canary ? "canary" : VIOLATION_KIND);
}

/** Labels by which routes, silences and inhibition know an alert. Those of its series have several values. */
export function alertLabels(alert: Alert): Labels {
  const of = (pick: (series: Alert["series"][number]) => string | undefined) => [
    ...new Set(alert.series.map((series) => pick(series) ?? "")),
  ];
  return {
    alert: alert.id,
    fingerprint: alert.fingerprint,
    kind: kindOf(alert),
    alertname: alertName(alert),
    severity: alert.severity,
    state: alert.state,
    cluster: alert.cluster,
    regime: alert.regimes,
    verdict: alert.cause.verdict,
    tier: alert.cause.tier,
    policy: of((series) => series.policy),
    engine: of((series) => series.engine),
    namespace: of((series) => series.namespace),
    workload: of((series) => series.workload),
    digest: of((series) => series.digest),
    image: of((series) => series.image),
  };
}
