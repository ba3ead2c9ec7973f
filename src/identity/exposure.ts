/** Ready pods per version over time: the exposure of the attribution. */
import { type Interval, overlaps } from "./intervals.ts";
import type { ContainerVersion } from "./pod-versions.ts";
import type { Version } from "./version.ts";

/** One opening of one version: a version that was undone and returns appears again. */
export interface ExposedVersion {
  /** Same for all openings of a version. */
  readonly key: string;
  readonly digest: string | undefined;
  /** Digests of all its containers. */
  readonly digests: readonly string[];
  readonly image: string | undefined;
  readonly containers: readonly Pick<ContainerVersion, "name" | "digest" | "image">[];
  readonly templateHash: string | undefined;
  /** -Infinity: it ran before anything was known. */
  readonly openedAt: number;
  /** Infinity while it runs. */
  readonly closedAt: number;
  /** Mean ready pods per step. */
  readonly ready: Float64Array;
}

export function exposureOf(versions: readonly Version[], from: number, to: number, step: number): readonly ExposedVersion[] {
  const exposed = versions.flatMap((version) =>
    version.openings
      .filter((opening) => overlaps(opening, from, to))
      .map((opening) => ({
        key: version.key,
        digest: version.containers[0]?.digest,
        digests: [...new Set(version.containers.flatMap(({ digest }) => (digest === undefined ? [] : [digest])))],
        image: version.containers[0]?.image,
        containers: version.containers,
        templateHash: version.templateHash,
        openedAt: opening.from,
        closedAt: opening.to,
        ready: readyIn(version, opening, from, to, step),
      })),
  );
  return exposed.sort((a, b) => compare(a.openedAt, b.openedAt) || (a.key < b.key ? -1 : 1));
}

/** -Infinity minus itself is not a number. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function readyIn(version: Version, opening: Interval, from: number, to: number, step: number): Float64Array {
  const ready = new Float64Array(Math.max(0, Math.ceil((to - from) / step)));
  for (let index = 0; index < ready.length; index++) {
    const start = Math.max(from + index * step, opening.from);
    const end = Math.min(from + (index + 1) * step, opening.to);
    if (end > start) ready[index] = version.curve.integral(start, end) / step;
  }
  return ready;
}
