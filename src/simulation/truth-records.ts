import { formatTime } from "../domain/time.ts";
import type { Incident } from "./incidents.ts";
import type { FilledOptions } from "./options.ts";
import type { FleetPlan } from "./plan.ts";
import type { CauseKind, TruthRecord } from "./records.ts";

const VERDICTS: Readonly<Record<CauseKind, TruthRecord["verdict"]>> = {
  rollout: "image",
  policy: "policy",
  scale: "scale",
  config: "config",
  environment: "environment",
  unexplained: "unexplained",
};

/** The true causes of a plan, in order of time. */
export function truthRecords(plan: FleetPlan, options: FilledOptions): readonly TruthRecord[] {
  return plan.incidents.map((incident) => truthRecord(incident, plan.fleet.cluster, options));
}

function truthRecord(incident: Incident, cluster: string, options: FilledOptions): TruthRecord {
  const { workload, policy } = incident.target;
  // An edit and an outage concern the policy everywhere, not one workload.
  const wide = incident.kind === "policy" || incident.kind === "environment";
  return {
    time: formatTime(incident.from),
    endedAt: formatTime(Math.min(incident.to, options.start + options.durationMs)),
    kind: incident.kind,
    verdict: VERDICTS[incident.kind],
    cluster,
    policy: policy.name,
    ...(wide ? {} : { namespace: workload.namespace, workload: `Deployment/${workload.name}` }),
    ...(incident.version ? { image: incident.version.image, digest: incident.version.digest } : {}),
    ...(incident.previous ? { previousDigest: incident.previous.digest } : {}),
    ended: incident.ended,
    ratio: incident.ratio,
    series: incident.effects.map(({ series }) => ({
      policy: series.policy.name,
      namespace: series.workload.namespace,
      workload: `Deployment/${series.workload.name}`,
    })),
  };
}
