/** Everything said about one ReplicaSet, Deployment, Job …, merged so that order and repetition do not matter. */
import type { OwnerObservation } from "../domain/observation.ts";
import { Latest } from "./latest.ts";
import { MAX_SIGHTINGS } from "./limits.ts";

export class OwnerFacts {
  readonly key: string;
  /** Immediate controller as `Kind/name`; empty text: seen, and has none. */
  readonly owner = new Latest();
  createdAt = Number.POSITIVE_INFINITY;
  deletedAt = Number.POSITIVE_INFINITY;
  lastSeenAt = Number.NEGATIVE_INFINITY;
  /** Ascending by the time of observation, without repetitions of one moment. */
  readonly sightings: OwnerObservation[] = [];

  constructor(key: string) {
    this.key = key;
  }

  /** `owner`: the controller changed. `content`: a new sighting was added. */
  merge(observation: OwnerObservation): { readonly owner: boolean; readonly content: boolean } {
    const owner = this.owner.offer(observation.owner ?? "", observation.observedAt);
    this.createdAt = Math.min(this.createdAt, observation.createdAt ?? Number.POSITIVE_INFINITY);
    this.deletedAt = Math.min(this.deletedAt, observation.deletedAt ?? Number.POSITIVE_INFINITY);
    this.lastSeenAt = Math.max(this.lastSeenAt, observation.observedAt);
    return { owner, content: this.#insert(observation) };
  }

  #insert(observation: OwnerObservation): boolean {
    const text = contentOf(observation);
    let at = this.sightings.length;
    while (at > 0 && isAfter(this.sightings[at - 1], observation.observedAt, text)) at -= 1;
    const before = this.sightings[at - 1];
    if (before !== undefined && before.observedAt === observation.observedAt && contentOf(before) === text) return false;
    this.sightings.splice(at, 0, observation);
    if (this.sightings.length > MAX_SIGHTINGS) this.sightings.shift();
    return true;
  }
}

function isAfter(sighting: OwnerObservation | undefined, observedAt: number, text: string): boolean {
  if (sighting === undefined || sighting.observedAt < observedAt) return false;
  return sighting.observedAt > observedAt || contentOf(sighting) > text;
}

/** What makes two sightings the same. */
function contentOf(sighting: OwnerObservation): string {
  return JSON.stringify([
    sighting.uid,
    sighting.templateHash,
    sighting.revision,
    sighting.images,
    sighting.replicas,
    sighting.readyReplicas,
    sighting.changeCause,
    sighting.actor,
  ]);
}
