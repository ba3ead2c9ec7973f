/** What the attribution asks of the timeline. */
import type { Change } from "../domain/change.ts";
import type { KnownRun } from "./earlier-activations.ts";
import type { KnownPod } from "./episode-pods.ts";
import type { ExposedVersion } from "./episode-workload.ts";

export interface AttributionTimeline {
  exposure(
    cluster: string,
    namespace: string,
    workload: string,
    from: number,
    to: number,
    step: number,
  ): readonly ExposedVersion[];
  changes(cluster: string, from: number, to: number): readonly Change[];
  /** Every opening of every version of a workload up to a time, newest first. */
  history(cluster: string, namespace: string, workload: string, at: number): readonly KnownRun[];
  /** Ready stretches of the workload's pods in [from, to), by start. */
  pods(cluster: string, namespace: string, workload: string, from: number, to: number): readonly KnownPod[];
  /** Whether the pod an event names is known; undefined when it names none. */
  knowsPod(reference: PodReference): boolean | undefined;
}

export interface PodReference {
  readonly cluster: string;
  readonly namespace: string;
  readonly time: number;
  readonly podUid?: string;
  readonly containerId?: string;
  readonly pod?: string;
  readonly podIp?: string;
}
