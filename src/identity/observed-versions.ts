/** Versions of a workload from its pods: one per template hash and set of digests. */
import { Curve } from "./curve.ts";
import { type Interval, unionOf } from "./intervals.ts";
import { REOPEN_GAP } from "./limits.ts";
import type { PodFacts } from "./pod-facts.ts";
import { type ContainerVersion, type PodVersion, versionsOf } from "./pod-versions.ts";
import type { PodSpan, Version } from "./version.ts";
import type { WorkloadState } from "./workload-state.ts";

export interface ObservedOptions {
  readonly canonical: (digest: string) => string;
  /** When the pod ended as far as anything tells; Infinity while it lives. */
  readonly endOf: (pod: PodFacts) => number;
}

interface Draft {
  readonly templateHash: string | undefined;
  readonly containers: readonly ContainerVersion[];
  readonly spans: PodSpan[];
  intervals: readonly Interval[];
  archived: number;
}

export function observedVersions(state: WorkloadState, options: ObservedOptions): readonly Version[] {
  const drafts = new Map<string, Draft>();
  for (const archived of state.archive.values()) {
    // Keys are made anew: a digest may have got another canonical name since.
    const containers = archived.containers.map((container) => ({
      ...container,
      digest: container.digest === undefined ? undefined : options.canonical(container.digest),
    }));
    const draft = draftOf(drafts, archived.templateHash, containers);
    draft.intervals = [...draft.intervals, ...archived.intervals];
    draft.archived += archived.podMilliseconds;
  }
  // In order of their start: the first pod of a version names its images.
  const runs = [...state.pods].flatMap((pod) => spansOf(pod, options).map((run) => ({ ...run, pod })));
  runs.sort((a, b) => a.span.from - b.span.from || (a.span.uid < b.span.uid ? -1 : 1));
  for (const { pod, version, span } of runs) {
    draftOf(drafts, pod.templateHash.value, version.containers).spans.push(span);
  }
  const versions = [...drafts].map(([key, draft]) => toVersion(key, draft));
  return versions.filter((version) => version.openings.length > 0).sort(byFirstOpening);
}

/** The ready stretches of a pod, one per version it ran. */
export function spansOf(
  pod: PodFacts,
  options: ObservedOptions,
): readonly { readonly version: PodVersion; readonly span: PodSpan }[] {
  const start = liveFrom(pod);
  const end = options.endOf(pod);
  if (!(end > start)) return [];
  const versions = versionsOf(pod, options.canonical);
  return versions.flatMap((version, index) => {
    const from = Math.max(start, version.from);
    const to = Math.min(end, versions[index + 1]?.from ?? end);
    return to > from ? [{ version, span: { from, to, uid: pod.uid, name: pod.name, node: pod.node.value } }] : [];
  });
}

/** First ready; a pod that runs without ever being ready (a crash loop) counts from its start, one that pulls not at all. */
function liveFrom(pod: PodFacts): number {
  if (Number.isFinite(pod.readyAt)) return pod.readyAt;
  const hasRun = pod.containerIds.size > 0 || [...pod.containers.values()].some((container) => container.digests.size > 0);
  if (!hasRun) return Number.POSITIVE_INFINITY;
  return Number.isFinite(pod.startedAt) ? pod.startedAt : pod.firstSeenAt;
}

/** Key of a version. A container whose digest is not known yet has the identity of its tag within the template. */
export function versionKey(templateHash: string | undefined, containers: readonly ContainerVersion[]): string {
  const parts = containers.map((container) => `${container.name}=${container.digest ?? `tag:${container.image ?? ""}`}`);
  return `${parts.sort().join(",")}@${templateHash ?? ""}`;
}

function draftOf(drafts: Map<string, Draft>, templateHash: string | undefined, containers: readonly ContainerVersion[]): Draft {
  const key = versionKey(templateHash, containers);
  let draft = drafts.get(key);
  if (draft === undefined) {
    draft = { templateHash, containers, spans: [], intervals: [], archived: 0 };
    drafts.set(key, draft);
  }
  return draft;
}

function toVersion(key: string, draft: Draft): Version {
  const { spans } = draft;
  return {
    key,
    templateHash: draft.templateHash,
    containers: draft.containers,
    curve: Curve.ofIntervals(spans),
    openings: unionOf([...draft.intervals, ...spans], REOPEN_GAP),
    spans,
    archived: draft.archived,
  };
}

function byFirstOpening(a: Version, b: Version): number {
  return (a.openings[0]?.from ?? 0) - (b.openings[0]?.from ?? 0) || (a.key < b.key ? -1 : 1);
}
