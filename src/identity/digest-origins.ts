/**
 * What an image was built from: commit and repository, as its OCI labels or its registry say. A change that names the
 * digest, under any of its names, is told with them where nobody said more.
 */
import type { Change } from "../domain/change.ts";
import type { AliasObservation } from "../domain/observation.ts";
import { MAX_ALIASED_DIGESTS } from "./limits.ts";

interface Origin {
  readonly revision?: string;
  readonly sourceUrl?: string;
  readonly observedAt: number;
}

export class DigestOrigins {
  readonly #origins = new Map<string, Origin>();

  note({ digests, revision, sourceUrl, observedAt }: AliasObservation): void {
    if (revision === undefined && sourceUrl === undefined) return;
    const origin: Origin = { ...(revision && { revision }), ...(sourceUrl && { sourceUrl }), observedAt };
    for (const digest of digests) {
      const known = this.#origins.get(digest);
      if (known === undefined ? this.#origins.size < MAX_ALIASED_DIGESTS : follows(origin, known))
        this.#origins.set(digest, origin);
    }
  }

  /**
   * The change with commit and repository of its digest. What a deployer said stays; the number a Deployment gives its
   * templates, which is all that is seen in the cluster, says less than a commit.
   */
  withOrigin(change: Change, namesOf: (digest: string) => readonly string[]): Change {
    if (this.#origins.size === 0 || change.digest === undefined) return change;
    if (change.kind !== "rollout" && change.kind !== "rollback") return change;
    const origin = namesOf(change.digest).flatMap((name) => this.#origins.get(name) ?? [])[0];
    if (origin === undefined) return change;
    const numbered = change.revision === undefined || /^\d{1,6}$/.test(change.revision);
    return {
      ...change,
      ...(origin.revision && numbered ? { revision: origin.revision } : {}),
      ...(origin.sourceUrl && change.url === undefined ? { url: origin.sourceUrl } : {}),
    };
  }
}

/** The later word counts; of two at one time the same one, in whatever order they came. */
function follows(a: Origin, b: Origin): boolean {
  if (a.observedAt !== b.observedAt) return a.observedAt > b.observedAt;
  return `${a.revision} ${a.sourceUrl}` > `${b.revision} ${b.sourceUrl}`;
}
