/** A version of a workload as it ran: by its pods where they are known, else as announced. */
import type { Curve } from "./curve.ts";
import { containsNear, type Interval } from "./intervals.ts";
import { CLOCK_SKEW } from "./limits.ts";
import { type ContainerVersion, containerOf } from "./pod-versions.ts";

export interface PodSpan extends Interval {
  readonly uid: string;
  readonly name: string;
  readonly node: string | undefined;
}

export interface Version {
  /** Template hash and digest set; the digest or image alone for announced versions. */
  readonly key: string;
  readonly templateHash: string | undefined;
  readonly containers: readonly ContainerVersion[];
  /** Ready pods over time. */
  readonly curve: Curve;
  /** Its openings, ascending: a version that was undone and comes back has several. */
  readonly openings: readonly Interval[];
  /** Ready pods, ascending by start; none for announced versions. */
  readonly spans: readonly PodSpan[];
  /** Pod-milliseconds of pods that are forgotten. */
  readonly archived: number;
}

/** Digest of the container that stands for the version. */
export function digestOf(version: Version): string | undefined {
  return version.containers[0]?.digest;
}

export function hasDigest(version: Version, digest: string): boolean {
  return version.containers.some((container) => container.digest === digest);
}

/** What a workload-level question about one moment comes to. */
export interface InEffect {
  readonly digest: string | undefined;
  readonly image: string | undefined;
  readonly ambiguous: boolean;
}

/**
 * Digest of a container in effect at a time. During a rollout two versions are, and none is named. With a template hash
 * only versions of that template compete, and if none of them is known to run then, those that ever ran do.
 * Undefined when no version fits.
 */
export function inEffect(
  versions: readonly Version[],
  container: string | undefined,
  time: number,
  templateHash: string | undefined,
): InEffect | undefined {
  const eligible = templateHash === undefined ? versions : versions.filter((version) => version.templateHash === templateHash);
  const live = eligible.filter((version) => version.openings.some((opening) => containsNear(opening, time, CLOCK_SKEW)));
  const competing = live.length === 0 && templateHash !== undefined ? eligible : live;
  const [first] = competing;
  if (first === undefined) return undefined;
  const answer = containerOf(first.containers, container);
  const digest = answer.container?.digest;
  const agree = competing.every((version) => containerOf(version.containers, container).container?.digest === digest);
  return agree
    ? { digest, image: answer.container?.image, ambiguous: answer.ambiguous }
    : { digest: undefined, image: undefined, ambiguous: true };
}
