/** Which digests a pod ran when: one span in the life of nearly every pod, more when a restart pulled a moved tag. */
import type { ContainerFacts, PodFacts } from "./pod-facts.ts";

export interface ContainerVersion {
  readonly name: string;
  readonly role: ContainerFacts["role"];
  readonly image: string | undefined;
  /** Canonical digest; undefined until it is learned. */
  readonly digest: string | undefined;
}

export interface PodVersion {
  /** -Infinity for the first. */
  readonly from: number;
  /** Application containers first, the primary one leading, then the rest by name. Debug containers are left out. */
  readonly containers: readonly ContainerVersion[];
}

type Canonical = (digest: string) => string;

export function versionsOf(pod: PodFacts, canonical: Canonical): readonly PodVersion[] {
  const parts = [...pod.containers].filter(([, facts]) => facts.role !== "ephemeral");
  parts.sort(([a, left], [b, right]) => order(pod, a, left) - order(pod, b, right) || (a < b ? -1 : 1));
  const histories = parts.map(([, facts]) => historyOf(facts, canonical));
  const starts = new Set(histories.flatMap((history) => history.map((entry) => entry.from)));
  starts.add(Number.NEGATIVE_INFINITY);
  return [...starts]
    .sort((a, b) => a - b)
    .map((from) => ({
      from,
      containers: parts.map(([name, facts], index) => ({
        name,
        role: facts.role,
        image: facts.image.value,
        digest: histories[index]?.findLast((entry) => entry.from <= from)?.digest,
      })),
    }));
}

function order(pod: PodFacts, name: string, facts: ContainerFacts): number {
  if (name === pod.primary.value) return 0;
  return facts.role === "app" ? 1 : facts.role === "sidecar" ? 2 : 3;
}

/** Digests in the order they were first seen; the first one counts from the beginning. */
function historyOf(facts: ContainerFacts, canonical: Canonical): { from: number; digest: string }[] {
  const seen = [...facts.digests].sort(([a, left], [b, right]) => left - right || (a < b ? -1 : 1));
  const history: { from: number; digest: string }[] = [];
  for (const [raw, at] of seen) {
    const digest = canonical(raw);
    if (history.some((entry) => entry.digest === digest)) continue;
    history.push({ from: history.length === 0 ? Number.NEGATIVE_INFINITY : at, digest });
  }
  return history;
}

/** The version at a time. */
export function versionAt(versions: readonly PodVersion[], time: number): PodVersion | undefined {
  return versions.findLast((version) => version.from <= time) ?? versions[0];
}

/**
 * Digest and image that an event of the pod speaks of: those of the container it names, else of the primary one.
 * `ambiguous`: no container was named and several application containers run different images.
 */
export function containerOf(
  containers: readonly ContainerVersion[],
  name: string | undefined,
): { readonly container: ContainerVersion | undefined; readonly ambiguous: boolean } {
  const named = name === undefined ? undefined : containers.find((container) => container.name === name);
  if (named !== undefined) return { container: named, ambiguous: false };
  const [primary] = containers;
  const ambiguous = containers.some((container) => container.role === "app" && container.digest !== primary?.digest);
  return { container: primary, ambiguous };
}
