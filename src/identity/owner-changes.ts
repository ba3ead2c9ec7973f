/** Changes that the states of a Deployment, StatefulSet or DaemonSet tell: new images, new template, new size. */
import type { Change, ChangeKind } from "../domain/change.ts";
import { shortId } from "../domain/ids.ts";
import type { OwnerObservation } from "../domain/observation.ts";
import type { OwnerFacts } from "./owner-facts.ts";

/** In order of time. The first state is where we came in: it is no change. */
export function changesOfOwner(facts: OwnerFacts): readonly Change[] {
  return facts.sightings.flatMap((sighting, index) => {
    const before = facts.sightings[index - 1];
    return before === undefined ? [] : [...templateChange(before, sighting), ...resize(before, sighting)];
  });
}

/**
 * When the template that a controller has at `at` was made, for controllers that keep no object for each template: where
 * it is the one with which we came in, that is taken to be as old as the controller. Undefined when it changed since, or
 * the controller was not seen before. Milliseconds.
 */
export function templateCreatedAt(facts: OwnerFacts | undefined, at: number): number | undefined {
  const seen = facts?.sightings.filter(({ observedAt }) => observedAt <= at) ?? [];
  const changed = seen.some((sighting, index) => {
    const before = seen[index - 1];
    return before !== undefined && templateChange(before, sighting).length > 0;
  });
  return seen.length === 0 || changed ? undefined : facts?.createdAt;
}

function templateChange(before: OwnerObservation, after: OwnerObservation): readonly Change[] {
  const changed = after.images.filter((image) => imageIn(before, image.container)?.image !== image.image);
  const [first] = changed;
  if (first === undefined) {
    const sameTemplate = before.revision === after.revision && before.templateHash === after.templateHash;
    const partial = after.revision === undefined && after.templateHash === undefined;
    return sameTemplate || partial ? [] : [{ ...base("config", after), restart: true }];
  }
  const previous = imageIn(before, first.container);
  return [
    {
      ...base("rollout", after),
      container: first.container,
      image: first.image,
      ...(first.digest !== undefined && { digest: first.digest }),
      ...(previous !== undefined && { previousImage: previous.image }),
      ...(previous?.digest !== undefined && { previousDigest: previous.digest }),
    },
  ];
}

function resize(before: OwnerObservation, after: OwnerObservation): readonly Change[] {
  if (before.replicas === undefined || after.replicas === undefined || before.replicas === after.replicas) return [];
  return [{ ...base("scale", after), replicas: after.replicas, previousReplicas: before.replicas }];
}

function imageIn(sighting: OwnerObservation, container: string): OwnerObservation["images"][number] | undefined {
  return sighting.images.find((image) => image.container === container);
}

function base(kind: ChangeKind, after: OwnerObservation): Change {
  const workload = `${after.kind}/${after.name}`;
  const at = after.observedAt;
  const content = JSON.stringify([after.revision, after.templateHash, after.images, after.replicas]);
  const actor = after.changeCause ?? after.actor;
  return {
    id: shortId(["change", "kubernetes", kind, after.cluster, after.namespace, workload, String(at), content]),
    time: at,
    receivedAt: at,
    kind,
    phase: kind === "scale" ? "finished" : "started",
    cluster: after.cluster,
    namespace: after.namespace,
    workload,
    ...(actor !== undefined && { actor }),
    ...(after.revision !== undefined && { revision: after.revision }),
    source: "kubernetes",
  };
}
