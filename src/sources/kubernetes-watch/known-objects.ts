/**
 * What a watch knows of each object: where it is and a digest of what the timeline was told, nothing more. Told apart are
 * with it: news from repetition, and, after a list, what is gone though nobody saw it go.
 */
import { createHash } from "node:crypto";
import type { OpenObject, OwnerObservation, PodObservation } from "../../domain/observation.ts";

export type ObjectObservation = PodObservation | OwnerObservation;

interface Known {
  readonly namespace: string;
  readonly name: string;
  /** Of the last observation passed on; empty when that was before this watch. */
  content: string;
  hasEnded: boolean;
  owner: OwnerObservation | undefined;
  round: number;
}

export class KnownObjects {
  readonly #known = new Map<string, Known>();
  readonly #cluster: string;
  #round = 0;

  constructor(cluster: string, open: readonly OpenObject[]) {
    this.#cluster = cluster;
    for (const { namespace, name, uid, owner } of open) {
      this.#known.set(uid, { namespace, name, content: "", hasEnded: false, owner, round: 0 });
    }
  }

  get size(): number {
    return this.#known.size;
  }

  /** Begins a list: what is not observed until `endList` is gone. `restate`: pass everything on again. */
  beginList(restate: boolean): void {
    this.#round += 1;
    if (restate) for (const known of this.#known.values()) known.content = "";
  }

  /** True when the observation says something that was not passed on yet. */
  observe(observation: ObjectObservation, deleted: boolean): boolean {
    const { uid, namespace, name } = observation;
    const before = this.#known.get(uid);
    const content = contentOf(observation);
    const isNews = before?.content !== content;
    if (deleted) this.#known.delete(uid);
    else {
      this.#known.set(uid, {
        namespace,
        name,
        content,
        hasEnded: observation.type === "pod" && observation.endedAt !== undefined,
        owner: observation.type === "owner" ? observation : undefined,
        round: this.#round,
      });
    }
    return isNews;
  }

  /** The end of a complete list: an observation of each object that it lacks, as gone by now. */
  endList(now: number): readonly ObjectObservation[] {
    const gone: ObjectObservation[] = [];
    for (const [uid, known] of this.#known) {
      if (known.round === this.#round) continue;
      this.#known.delete(uid);
      if (known.owner !== undefined) gone.push({ ...known.owner, deletedAt: known.owner.deletedAt ?? now, observedAt: now });
      else if (!known.hasEnded) gone.push(this.#gonePod(uid, known, now));
    }
    return gone;
  }

  /** Nobody knows when it ended: not after now. Everything else of it is in the timeline already. */
  #gonePod(uid: string, { namespace, name }: Known, now: number): PodObservation {
    return {
      type: "pod",
      cluster: this.#cluster,
      namespace,
      name,
      uid,
      ips: [],
      hostNetwork: false,
      containers: [],
      labels: {},
      endedAt: now,
      observedAt: now,
    };
  }
}

/** Everything but when it was seen and the version, which changes with every heartbeat. */
function contentOf(observation: ObjectObservation): string {
  const { observedAt: _, ...rest } = observation;
  const content = { ...rest, resourceVersion: undefined };
  return createHash("sha1").update(JSON.stringify(content)).digest("base64").slice(0, 20);
}
