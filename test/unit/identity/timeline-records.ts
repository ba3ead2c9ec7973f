/** Short ways of writing timeline records. Times are minutes after T0 unless they end in `At`. */
import type { Change } from "../../../src/domain/change.ts";
import { shortId } from "../../../src/domain/ids.ts";
import type { ContainerObservation, OwnerObservation, PodObservation, TimelineRecord } from "../../../src/domain/observation.ts";
import type { Violation } from "../../../src/domain/violation.ts";
import { createTimeline, type Timeline } from "../../../src/identity/timeline.ts";

export const T0 = Date.UTC(2026, 2, 2, 10);
export const MINUTE = 60_000;
export const API = { cluster: "east", namespace: "shop", workload: "Deployment/api" };

export function minute(minutes: number): number {
  return T0 + minutes * MINUTE;
}

/** A digest of 64 times one hexadecimal digit. */
export function digest(digit: string): string {
  return `sha256:${digit.repeat(64)}`;
}

export interface PodOptions {
  readonly name?: string;
  readonly owner?: string | undefined;
  readonly hash?: string | undefined;
  readonly ready?: number;
  readonly started?: number;
  readonly ended?: number | undefined;
  readonly seen?: number;
  readonly ip?: string;
  readonly hostNetwork?: boolean;
  readonly digest?: string | undefined;
  readonly image?: string;
  readonly containers?: readonly ContainerObservation[];
}

/** A pod `uid` of Deployment/api with template hash 7d9f, unless told otherwise. */
export function pod(uid: string, options: PodOptions = {}): PodObservation {
  const hash = "hash" in options ? options.hash : "7d9f";
  const owner = "owner" in options ? options.owner : `ReplicaSet/api-${hash}`;
  const own = "digest" in options ? options.digest : digest("a");
  const app: ContainerObservation = {
    name: "app",
    role: "app",
    image: options.image ?? "registry.test/api:1",
    ...(own !== undefined && { digest: own }),
  };
  const ready = options.ready ?? 0;
  return {
    type: "pod",
    cluster: API.cluster,
    namespace: API.namespace,
    name: options.name ?? `api-${hash}-${uid}`,
    uid,
    ...(owner !== undefined && { owner }),
    ...(hash !== undefined && { templateHash: hash }),
    ips: options.ip === undefined ? [] : [options.ip],
    hostNetwork: options.hostNetwork ?? false,
    containers: options.containers ?? [app],
    labels: {},
    startedAt: minute(options.started ?? ready),
    ...(own !== undefined || options.containers ? { readyAt: minute(ready) } : {}),
    ...(options.ended !== undefined && { endedAt: minute(options.ended) }),
    observedAt: minute(options.seen ?? options.ended ?? ready),
  };
}

export function owner(
  kind: string,
  name: string,
  fields: Partial<OwnerObservation> & { readonly seen?: number } = {},
): OwnerObservation {
  const { seen, ...rest } = fields;
  return {
    type: "owner",
    cluster: API.cluster,
    namespace: API.namespace,
    kind,
    name,
    uid: `${kind}-${name}`,
    images: [],
    observedAt: minute(seen ?? 0),
    ...rest,
  };
}

export function change(at: number, fields: Partial<Change> = {}): TimelineRecord {
  const content = { kind: "rollout", phase: "started", ...API, ...fields } as const;
  return {
    type: "change",
    change: {
      id: shortId(["test", String(at), JSON.stringify(content)]),
      time: minute(at),
      receivedAt: minute(at),
      source: "native",
      ...content,
    },
  };
}

export function alias(...digests: readonly string[]): TimelineRecord {
  return { type: "alias", digests, observedAt: T0 };
}

export function violation(at: number, fields: Partial<Violation> = {}): Violation {
  return {
    time: minute(at),
    receivedAt: minute(at),
    policy: "deny-egress",
    engine: "native",
    regimes: [],
    action: "deny",
    cluster: API.cluster,
    namespace: API.namespace,
    count: 1,
    labels: {},
    quality: "exact",
    ...fields,
  };
}

export function timelineOf(...records: readonly TimelineRecord[]): Timeline {
  const timeline = createTimeline();
  for (const record of records) timeline.apply(record);
  return timeline;
}
