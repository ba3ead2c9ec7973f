/** What is watched, and where the API has it. Owners come first, so that pods find theirs when they are listed. */

export const WATCHED_RESOURCES = [
  "deployments",
  "statefulsets",
  "daemonsets",
  "replicasets",
  "cronjobs",
  "jobs",
  "pods",
] as const;
export type WatchedResource = (typeof WATCHED_RESOURCES)[number];

interface Place {
  readonly api: string;
  readonly kind: string;
}

const PLACES: Readonly<Record<WatchedResource, Place>> = {
  deployments: { api: "/apis/apps/v1", kind: "Deployment" },
  statefulsets: { api: "/apis/apps/v1", kind: "StatefulSet" },
  daemonsets: { api: "/apis/apps/v1", kind: "DaemonSet" },
  replicasets: { api: "/apis/apps/v1", kind: "ReplicaSet" },
  cronjobs: { api: "/apis/batch/v1", kind: "CronJob" },
  jobs: { api: "/apis/batch/v1", kind: "Job" },
  pods: { api: "/api/v1", kind: "Pod" },
};

/** One resource in one namespace, or in all of them. */
export interface WatchTarget {
  readonly resource: WatchedResource;
  readonly namespace: string | undefined;
}

export function kindOf({ resource }: WatchTarget): string {
  return PLACES[resource].kind;
}

export function pathOf({ resource, namespace }: WatchTarget): string {
  const place = namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${PLACES[resource].api}${place}/${resource}`;
}
