/** A simulated fleet's deployments as a Kubernetes watch would have seen them: ReplicaSets and Pods, made and deleted. */
import { formatTime } from "../../src/domain/time.ts";
import type { Version } from "../../src/simulation/deployment-history.ts";
import { podName, type SimulatedWorkload } from "../../src/simulation/fleet.ts";
import { fillOptions, type SimulationOptions } from "../../src/simulation/options.ts";
import { planFleet } from "../../src/simulation/plan.ts";

interface WatchEvent {
  readonly at: number;
  readonly record: Readonly<Record<string, unknown>>;
}

interface PodLife {
  readonly slot: number;
  readonly version: Version;
  readonly from: number;
  /** Infinity while it lives. */
  readonly to: number;
  /** Start of the update that made it: part of its name. */
  readonly activation: number;
}

/** Pods as old as the fleet were ready this long before its first event. */
const BEFORE = 3_600_000;

/** Watch events in order of time, from the same plan that `simulateFleet` draws its events from. */
export function kubernetesObjects(options: SimulationOptions): readonly Readonly<Record<string, unknown>>[] {
  const filled = fillOptions(options);
  const end = filled.start + filled.durationMs;
  const events = planFleet(filled).fleet.workloads.flatMap((workload) =>
    podLives(workload, filled.start, end).flatMap((life) => lifeEvents(workload, life, end)),
  );
  return events.sort((a, b) => a.at - b.at).map(({ record }) => record);
}

function podLives(workload: SimulatedWorkload, start: number, end: number): readonly PodLife[] {
  const { history } = workload;
  return Array.from({ length: history.replicas(start) }, (_, slot) => slot).flatMap((slot) => {
    const lives: PodLife[] = [];
    let life = { slot, version: history.first, from: start - BEFORE, activation: start };
    for (const update of history.updates) {
      const at = replacedAt(workload, slot, update.from, update.from + update.duration);
      if (update.from >= end || at === undefined) continue;
      lives.push({ ...life, to: at });
      life = { slot, version: update.version, from: at, activation: update.from };
    }
    return [...lives, { ...life, to: Number.POSITIVE_INFINITY }];
  });
}

/** First millisecond of [from, to] at which the slot belongs to the update, by bisection: replacing happens once. */
function replacedAt(workload: SimulatedWorkload, slot: number, from: number, to: number): number | undefined {
  const isNew = (at: number) => workload.history.updateOf(slot, at)?.from === from;
  if (!isNew(to)) return undefined;
  let low = from - 1;
  let high = to;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isNew(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function lifeEvents(workload: SimulatedWorkload, life: PodLife, end: number): readonly WatchEvent[] {
  const events: WatchEvent[] = [];
  if (life.slot === 0) events.push({ at: life.from, record: { type: "ADDED", object: replicaSet(workload, life) } });
  events.push({ at: life.from, record: { type: "ADDED", object: pod(workload, life, undefined) } });
  if (life.to < end) events.push({ at: life.to, record: { type: "DELETED", object: pod(workload, life, life.to) } });
  return events;
}

function replicaSet(workload: SimulatedWorkload, { version, from }: PodLife): Readonly<Record<string, unknown>> {
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    name: workload.name,
    uid: uidOf(workload.name),
    controller: true,
  };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${workload.name}-${version.templateHash}`,
      namespace: workload.namespace,
      uid: uidOf(version.templateHash),
      creationTimestamp: formatTime(from),
      labels: { "pod-template-hash": version.templateHash },
      ownerReferences: [deployment],
    },
    spec: { template: { spec: { containers: [{ name: workload.container, image: version.image }] } } },
  };
}

function pod(workload: SimulatedWorkload, life: PodLife, deletedAt: number | undefined): Readonly<Record<string, unknown>> {
  const { version } = life;
  const name = podName(workload, version, life.slot, life.activation);
  const since = formatTime(life.from);
  const owner = `${workload.name}-${version.templateHash}`;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: workload.namespace,
      uid: uidOf(`${workload.namespace}/${name}`),
      creationTimestamp: since,
      labels: { "pod-template-hash": version.templateHash },
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "ReplicaSet", name: owner, uid: uidOf(version.templateHash), controller: true },
      ],
      ...(deletedAt === undefined ? {} : { deletionTimestamp: formatTime(deletedAt) }),
    },
    spec: { nodeName: `node-${life.slot % 5}`, containers: [{ name: workload.container, image: version.image }] },
    status: {
      phase: "Running",
      startTime: since,
      conditions: [{ type: "Ready", status: "True", lastTransitionTime: since }],
      containerStatuses: [
        {
          name: workload.container,
          image: version.image,
          imageID: `${version.image.split(":")[0]}@${version.digest}`,
          containerID: `containerd://${name}`,
          ready: true,
          state: { running: { startedAt: since } },
        },
      ],
    },
  };
}

function uidOf(text: string): string {
  return `uid-${text}`;
}
