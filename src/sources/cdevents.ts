/** CDEvents, as the event itself or inside a structured CloudEvent. */
import { normalizeDigest } from "../domain/digest.ts";
import type { Outcome, ParseContext, PushSource } from "../ports/source.ts";
import { announced, workloadName } from "./deployer-change.ts";
import { readTime } from "./event-time.ts";
import { ignored, rejected } from "./outcomes.ts";
import { isObject, type JsonObject, objectAt, textAt } from "./record-fields.ts";

const TYPE = /^dev\.cdevents\.([a-z]+)\.([a-z]+)\./;
const DEPLOYMENTS = new Set(["deployed", "upgraded", "rolledback"]);

function eventOf(record: unknown): JsonObject | undefined {
  if (!isObject(record)) return undefined;
  const event = objectAt(record, "context") === undefined ? objectAt(record, "data") : record;
  const type = textAt(objectAt(event ?? {}, "context") ?? {}, "type");
  return type !== undefined && TYPE.test(type) ? event : undefined;
}

function parse(record: unknown, context: ParseContext): readonly Outcome[] {
  if (!isObject(record)) return rejected("not_an_object", "A CDEvent is a JSON object.");
  const event = eventOf(record);
  if (event === undefined) return rejected("unknown_format", "context.type is no CDEvents type.");
  const head = objectAt(event, "context") ?? {};
  const subject = objectAt(event, "subject") ?? {};
  const content = objectAt(subject, "content") ?? {};
  const [, kind, action] = TYPE.exec(textAt(head, "type") ?? "") ?? [];
  const artifact = textAt(content, "artifactId") ?? (kind === "artifact" ? textAt(subject, "id") : undefined);
  const digest = normalizeDigest(artifact);
  if (kind === "artifact") return digest === undefined ? ignored("artifact-without-digest") : [pushed(digest, artifact, context)];
  if (kind !== "service" || action === undefined) return ignored("not-a-deployment");
  const time = readTime(head.timestamp);
  if (time === undefined) return rejected("invalid_field", "context.timestamp is missing or not a time");
  const place = placeOf(textAt(subject, "id") ?? "", textAt(objectAt(content, "environment") ?? {}, "id") ?? "");
  const common = { ...place, time, phase: "finished", actor: textAt(head, "source") } as const;
  const identity = `${textAt(head, "source") ?? ""} ${textAt(head, "id") ?? ""}`;
  if (action === "removed") {
    if (place.workload === undefined) return ignored("removed-service-without-workload");
    return [announced("cdevents", { ...common, kind: "scale", replicas: 0 }, context, identity)];
  }
  if (!DEPLOYMENTS.has(action)) return ignored("not-a-deployment");
  const image = imageOf(artifact);
  return [
    announced(
      "cdevents",
      { ...common, kind: action === "rolledback" ? "rollback" : "rollout", digest, image },
      context,
      identity,
    ),
  ];
}

/**
 * Subject and environment are free-form. Understood are `[namespace/]kind/name` and an environment `cluster/namespace`;
 * anything else is a change without a place, which pods of the same digest may still confirm.
 */
function placeOf(subject: string, environment: string) {
  const parts = subject.split("/");
  const workload = workloadName(parts.at(-2), parts.at(-1));
  const [cluster, space] = environment.includes("/") ? environment.split("/") : [];
  const namespace = parts.length === 3 ? parts[0] : space;
  return { workload, cluster: cluster || undefined, namespace: namespace || undefined };
}

/** `pkg:oci/name@sha256%3A…?repository_url=host/path` → `host/path`. */
function imageOf(artifact: string | undefined): string | undefined {
  const url = /[?&]repository_url=([^&#]+)/.exec(artifact ?? "")?.[1];
  try {
    return url === undefined ? undefined : decodeURIComponent(url);
  } catch {
    return undefined;
  }
}

function pushed(digest: string, artifact: string | undefined, context: ParseContext): Outcome {
  const image = imageOf(artifact);
  return {
    type: "timeline",
    record: { type: "alias", digests: [digest], ...(image !== undefined && { image }), observedAt: context.now },
  };
}

export const cdeventsSource: PushSource = {
  name: "cdevents",
  accepts: "changes",
  recognizes: (record) => eventOf(record) !== undefined,
  parse,
};
