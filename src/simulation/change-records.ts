import { formatTime } from "../domain/time.ts";
import { type Resize, type RollingUpdate, reportedPhases } from "./deployment-history.ts";
import type { SimulatedWorkload } from "./fleet.ts";
import type { PlainChange } from "./incidents.ts";
import type { FilledOptions } from "./options.ts";
import type { FleetPlan } from "./plan.ts";
import type { ChangeRecord } from "./records.ts";

/** A change with its time in milliseconds. */
export interface TimedChange {
  readonly at: number;
  readonly record: ChangeRecord;
}

/** All changes of a plan in order of time, as a deployment tool would report them. */
export function changeRecords(plan: FleetPlan, options: FilledOptions): readonly TimedChange[] {
  const end = options.start + options.durationMs;
  const { cluster } = plan.fleet;
  const ofWorkloads = plan.fleet.workloads.flatMap((workload) => [
    ...workload.history.updates.flatMap((update) => updateRecords(workload, update)),
    ...workload.history.resizes.flatMap((resize) => resizeRecord(workload, resize)),
  ]);
  const plain = plan.incidents.flatMap((incident) => incident.changes.map((change) => plainRecord(cluster, change)));
  return [...ofWorkloads, ...plain].filter((change) => change.at < end).sort((left, right) => left.at - right.at);
}

function place(workload: SimulatedWorkload): Pick<ChangeRecord, "cluster" | "namespace" | "workload"> {
  return { cluster: workload.cluster, namespace: workload.namespace, workload: `Deployment/${workload.name}` };
}

function updateRecords(workload: SimulatedWorkload, update: RollingUpdate): readonly TimedChange[] {
  const { history } = workload;
  const previous = history.before(update);
  return reportedPhases(update).map(({ at, phase }) => {
    const replicas = history.podsOf(update.version.digest, at);
    const record: ChangeRecord = {
      time: formatTime(at),
      kind: update.kind,
      ...place(workload),
      container: workload.container,
      image: update.version.image,
      digest: update.version.digest,
      previousImage: previous.image,
      previousDigest: previous.digest,
      phase,
      replicas,
      previousReplicas: history.replicas(at) - replicas,
      actor: update.actor,
      revision: update.revision,
    };
    return { at, record };
  });
}

function resizeRecord(workload: SimulatedWorkload, resize: Resize): readonly TimedChange[] {
  const before = workload.history.replicas(resize.at - 1);
  const record: ChangeRecord = {
    time: formatTime(resize.at),
    kind: "scale",
    ...place(workload),
    phase: "finished",
    replicas: resize.replicas,
    previousReplicas: before,
    actor: "horizontal-pod-autoscaler",
  };
  return [{ at: resize.at, record }];
}

function plainRecord(cluster: string, change: PlainChange): TimedChange {
  const subject = change.workload ? place(change.workload) : { cluster, namespace: "" };
  const record: ChangeRecord = {
    time: formatTime(change.at),
    kind: change.kind,
    ...subject,
    ...(change.policy ? { policy: change.policy.name } : {}),
    phase: "finished",
    actor: change.actor,
    revision: change.revision,
  };
  return { at: change.at, record };
}
