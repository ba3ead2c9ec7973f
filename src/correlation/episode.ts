/**
 * The input of the attribution: everything that was counted and changed around one onset, for one policy and one
 * workload ("the subject"). It is plain data, gathered once per verdict; the attribution itself reads nothing else.
 *
 * Time: buckets are 60 s wide; bucket `b` covers [startAt + b * 60 s, startAt + (b + 1) * 60 s). All times are
 * milliseconds since the epoch, UTC. Buckets run from 60 before the onset to the last one that has ended.
 */
import type { ChangeKind } from "../domain/change.ts";

/** One version of a workload as it really ran. Each opening is one entry: a version that returns is a new entry. */
export interface Activation {
  /** `sha256:<64 hex>`, `tag:<reference>@<template hash>` or `unknown`. */
  readonly digest: string;
  readonly image?: string;
  /** What it runs, where that is known. */
  readonly containers?: readonly VersionContainer[];
  /** Mean number of ready pods in each bucket; `buckets` entries, missing ones count as 0. */
  readonly pods: readonly number[];
  /** Mean ready pods in the bucket before the first, where known: smoothing looks one bucket beyond each end. */
  readonly podsBefore?: number;
  /** Mean ready pods in the bucket after the last, where known. */
  readonly podsAfter?: number;
}

/** One container of a version. */
export interface VersionContainer {
  readonly name: string;
  /** `sha256:<64 hex>`. */
  readonly digest?: string;
  readonly image?: string;
}

/** Events of one pod of the timeline in one bucket. They are contained in the counts of the pod's activation. */
export interface PodEvents {
  /** Index into `Episode.pods`. */
  readonly pod: number;
  readonly bucket: number;
  readonly count: number;
}

/** Counts of one (policy, workload). */
export interface Counts {
  /** Events whose version is known: `known[activation][bucket]`, activations in the order of the workload's list. */
  readonly known: readonly (readonly number[])[];
  /** Events whose version is not known, by bucket. */
  readonly unknown: readonly number[];
  /** Which of the known events name a pod of the timeline. */
  readonly named?: readonly PodEvents[];
}

/** One pod of the subject. Needed only where events name pods. */
export interface EpisodePod {
  readonly name: string;
  readonly node?: string;
  /** Index into `Episode.activations`. */
  readonly activation: number;
  /** When it became ready; `undefined`: before the window. */
  readonly startedAt?: number;
  /** When it ended; `undefined`: it is alive. */
  readonly endedAt?: number;
}

/** Another workload under the same policy. */
export interface Neighbour {
  /** `namespace/Kind/name`. */
  readonly workload: string;
  readonly activations: readonly Activation[];
  readonly counts: Counts;
  /** Other policies that select this workload as well. */
  readonly policies?: readonly string[];
}

/** Another policy that also has a series on the subject's workload; its activations and pods are the subject's. */
export interface Sibling {
  readonly policy: string;
  readonly counts: Counts;
}

/** Another policy, its events summed over all workloads but the subject. */
export interface OtherPolicy {
  readonly policy: string;
  readonly counts: readonly number[];
}

/** What is known of a digest from an earlier or another run under the current revision of the policy. */
export interface Soak {
  /** Minutes it ran. */
  readonly minutes: number;
  /** `quiet`: at a normal rate. `loud`: it showed the violation. */
  readonly outcome: "quiet" | "loud";
  /** For the sentence, e.g. `cluster b` or `payments/Deployment/web`. */
  readonly where?: string;
}

/** One recorded change that may be the cause, or a rollout of one of its digests on another workload. */
export interface CandidateChange {
  readonly id: string;
  readonly kind: ChangeKind;
  /** When it could first act: first new pod ready, policy acknowledged, ConfigMap updated. */
  readonly at: number;
  /** `namespace/Kind/name` of a rollout, scale or config change. */
  readonly workload?: string;
  /** Index into the activations of that workload; absent while no pod of it is known. */
  readonly activation?: number;
  readonly digest?: string;
  readonly image?: string;
  readonly previousDigest?: string;
  readonly policy?: string;
  /** Policy edits: the workloads it acts on (`namespace/Kind/name`); absent: all the policy selects. */
  readonly scope?: readonly string[];
  /** False for a `config` change that takes effect without restarting pods. Default: true when `activation` is given. */
  readonly restart?: boolean;
  /** False for a digest that merely appeared, without a rollout being told. Default true. */
  readonly announced?: boolean;
  readonly actor?: string;
  readonly revision?: string;
  readonly url?: string;
  /** The digest on another workload or cluster, first recorded. */
  readonly elsewhere?: Soak;
  /** The digest on this workload before. */
  readonly here?: Soak;
}

/** How often changes of one sort were blamed, and not refuted, in the last 90 days. */
export interface HitRate {
  readonly hits: number;
  readonly changes: number;
}

export interface History {
  /** Rollouts of this workload. */
  readonly rollouts?: HitRate;
  /** Configuration changes of this workload. */
  readonly configs?: HitRate;
  /** Edits by policy name, the subject's own included. */
  readonly edits?: Readonly<Record<string, HitRate>>;
  /** Unexplained alerts of this very series, and the minutes it was observed. */
  readonly spikes?: { readonly count: number; readonly minutes: number };
}

/** An earlier activation of the subject, for the choice of a rollback target; newest first. */
export interface EarlierActivation {
  readonly digest: string;
  readonly image?: string;
  readonly endedAt: number;
  /** Minutes it ran, pod-minutes and events, all under the current revision of the policy. */
  readonly soakMinutes: number;
  readonly podMinutes: number;
  readonly events: number;
  /** It was blamed once and this was not refuted. */
  readonly blamed: boolean;
}

export interface DataQualityCounts {
  /** Events of the subject since the onset. */
  readonly events: number;
  readonly withDigest: number;
  readonly byIp: number;
  readonly late: number;
  /** Events that name a pod or address which the timeline does not know yet. */
  readonly unresolved: number;
}

export interface Episode {
  readonly cluster: string;
  readonly policy: string;
  /** `namespace/Kind/name` of the subject. */
  readonly workload: string;
  /** Start of bucket 0. */
  readonly startAt: number;
  /** Number of buckets. */
  readonly buckets: number;
  /** Bucket in which the detector saw the change begin. */
  readonly onsetIndex: number;
  /** When the alert fired. */
  readonly alertedAt: number;
  /** The time of this verdict. */
  readonly asOf: number;
  readonly activations: readonly Activation[];
  readonly counts: Counts;
  readonly pods?: readonly EpisodePod[];
  /** Events of the subject that name one of its containers, by bucket. */
  readonly containerEvents?: readonly { readonly name: string; readonly counts: readonly number[] }[];
  readonly neighbours: readonly Neighbour[];
  readonly siblings: readonly Sibling[];
  readonly otherPolicies: readonly OtherPolicy[];
  /** All changes of the window that touch the subject, and rollouts of the same digests on neighbours. */
  readonly changes: readonly CandidateChange[];
  readonly history?: History;
  readonly earlier?: readonly EarlierActivation[];
  readonly dataQuality?: DataQualityCounts;
  /** What was noticed while the episode was gathered; becomes part of the verdict's notes. */
  readonly remarks?: readonly string[];
}

/** Width of a bucket, milliseconds. */
export const BUCKET_MS = 60_000;

/** A time on the bucket axis: minutes since the start of bucket 0. */
export function minutesIn(episode: Pick<Episode, "startAt">, time: number): number {
  return (time - episode.startAt) / BUCKET_MS;
}
