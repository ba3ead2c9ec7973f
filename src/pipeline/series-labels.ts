/** Labels by which matchers of the configuration know violations and series. */
import type { Labels } from "../alerting/matchers.ts";
import type { Series } from "../domain/series.ts";
import type { Violation } from "../domain/violation.ts";

/** A violation's labels: those of the record, and its own fields, which win over labels of the same name. */
export function violationLabels(violation: Violation, workload: string): Labels {
  return {
    ...violation.labels,
    policy: violation.policy,
    engine: violation.engine,
    action: violation.action,
    cluster: violation.cluster,
    namespace: violation.namespace,
    workload,
    container: violation.container ?? "",
    service_account: violation.serviceAccount ?? "",
    image: violation.image ?? "",
    regime: violation.regimes,
  };
}

export function seriesLabels(series: Series): Labels {
  return {
    policy: series.policy,
    engine: series.engine,
    cluster: series.cluster,
    namespace: series.namespace,
    workload: series.workload,
    digest: series.digest,
    image: series.image ?? "",
    level: series.level,
    regime: series.regimes,
  };
}
