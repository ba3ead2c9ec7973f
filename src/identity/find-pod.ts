/** Which pod an event speaks of: by uid, container id, name at a time, address at a time. */
import type { Violation } from "../domain/violation.ts";
import { CLOCK_SKEW } from "./limits.ts";
import type { ClusterIndex, TrackedPod } from "./registry.ts";

const CONTAINER_ID_DIGITS = 12;

export function podByContainer(cluster: ClusterIndex, containerId: string): TrackedPod | undefined {
  const candidates = cluster.podsByContainer.get(containerId.slice(0, CONTAINER_ID_DIGITS));
  if (candidates === undefined) return undefined;
  for (const pod of candidates) {
    for (const id of pod.facts.containerIds) if (id.startsWith(containerId)) return pod;
  }
  return undefined;
}

/**
 * The pod that bore the name at the time, give or take the skew of clocks: of several the one that really had it. Names
 * of StatefulSet pods repeat, so a single known pod of another time is no answer.
 */
export function podByName(pods: readonly TrackedPod[], time: number): TrackedPod | undefined {
  let best: TrackedPod | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const pod of pods) {
    const distance = distanceTo(pod.facts.from, endOfName(pod, pods), time);
    if (distance < bestDistance || (distance === bestDistance && best !== undefined && isLater(pod, best))) {
      best = pod;
      bestDistance = distance;
    }
  }
  return bestDistance <= CLOCK_SKEW ? best : undefined;
}

/**
 * When a pod stopped being the one of its name: its end, or the start of the next of that name when its end was
 * missed. Infinity while it lives.
 */
export function endOfName(pod: TrackedPod, namesakes: readonly TrackedPod[]): number {
  return Math.min(pod.facts.endedAt, nextStart(pod, namesakes));
}

/** All pods that held the address within the skew of clocks of the time. Addresses of nodes belong to no pod. */
export function podsByIp(cluster: ClusterIndex, ip: string, time: number): readonly TrackedPod[] {
  const holders = cluster.podsByIp.get(ip);
  if (holders === undefined) return [];
  const near = holders.filter((pod) => {
    if (pod.facts.hostNetwork) return false;
    const end = Number.isFinite(pod.facts.endedAt) ? pod.facts.endedAt : nextStart(pod, holders);
    return distanceTo(pod.facts.from, end, time) <= CLOCK_SKEW;
  });
  return near.sort((a, b) => a.facts.from - b.facts.from || (a.facts.uid < b.facts.uid ? -1 : 1));
}

/** Whether the timeline knows a pod that the event names; undefined when the event names none. */
export function knowsPod(cluster: ClusterIndex | undefined, violation: PodReference): boolean | undefined {
  const { podUid, containerId, pod, podIp, namespace, time } = violation;
  if (podUid === undefined && containerId === undefined && pod === undefined && podIp === undefined) return undefined;
  if (cluster === undefined) return false;
  if (podUid !== undefined && cluster.podsByUid.has(podUid)) return true;
  if (containerId !== undefined && podByContainer(cluster, containerId) !== undefined) return true;
  const named = pod === undefined ? undefined : cluster.namespaces.get(namespace)?.podsByName.get(pod);
  if (named !== undefined && podByName(named, time) !== undefined) return true;
  return podIp !== undefined && podsByIp(cluster, podIp, time).length > 0;
}

/** The part of a violation that names a pod. */
export type PodReference = Pick<Violation, "cluster" | "namespace" | "time"> &
  Partial<Pick<Violation, "podUid" | "containerId" | "pod" | "podIp">>;

function nextStart(pod: TrackedPod, others: readonly TrackedPod[]): number {
  let next = Number.POSITIVE_INFINITY;
  for (const other of others) {
    const { from } = other.facts;
    if (other !== pod && from > pod.facts.from && from < next) next = from;
  }
  return next;
}

function isLater(pod: TrackedPod, than: TrackedPod): boolean {
  const { from, uid } = pod.facts;
  return from > than.facts.from || (from === than.facts.from && uid > than.facts.uid);
}

/** Zero inside [from, to), else how far outside. */
function distanceTo(from: number, to: number, time: number): number {
  if (time < from) return from - time;
  return time < to ? 0 : time - to;
}
