/**
 * Registry push notices (CNCF Distribution, Harbor in both forms, Quay, Docker Hub). A push is not a deployment: it only
 * says which digests and tags are one image.
 */
import { normalizeDigest } from "../domain/digest.ts";
import type { Outcome, ParseContext, PushSource } from "../ports/source.ts";
import { ignored, rejected } from "./outcomes.ts";
import { isObject, type JsonObject, listAt, objectAt, textAt } from "./record-fields.ts";

const MANIFEST = /^application\/vnd\.(?:docker\.distribution\.manifest(?:\.list)?|oci\.image\.(?:manifest|index))\.v[12]\+json$/;
const CONFIGURATION = /^application\/vnd\.(?:docker\.container\.image|oci\.image\.config)\.v1\+json$/;
const HARBOR_PUSHES = new Set(["PUSH_ARTIFACT", "harbor.artifact.pushed"]);

function recognizes(record: unknown): boolean {
  if (!isObject(record)) return false;
  if (Array.isArray(record.events))
    return record.events.some((event) => isObject(event) && objectAt(event, "target") !== undefined);
  return isHarbor(record) || isQuay(record) || isDockerHub(record);
}

/** Its own form has `event_data`; the CloudEvents form is known by its types. */
function isHarbor(record: JsonObject): boolean {
  if (objectAt(record, "event_data") !== undefined) return textAt(record, "type") !== undefined;
  return textAt(record, "type")?.startsWith("harbor.") === true && objectAt(record, "data") !== undefined;
}

function isQuay(record: JsonObject): boolean {
  return textAt(record, "docker_url") !== undefined && textAt(record, "repository") !== undefined;
}

function isDockerHub(record: JsonObject): boolean {
  return objectAt(record, "push_data") !== undefined && objectAt(record, "repository") !== undefined;
}

function parse(record: unknown, context: ParseContext): readonly Outcome[] {
  if (!isObject(record)) return rejected("not_an_object", "A registry notice is a JSON object.");
  if (Array.isArray(record.events)) {
    return record.events.length === 0 ? ignored("empty-batch") : record.events.flatMap((event) => distribution(event, context));
  }
  if (isHarbor(record)) return harbor(record, context);
  // Neither names a digest, so there is nothing that could be tied to a running pod.
  if (isQuay(record) || isDockerHub(record)) return ignored("push-without-digest");
  return rejected("unknown_format", "The record is not a notice of a known registry.");
}

function distribution(event: unknown, context: ParseContext): readonly Outcome[] {
  const target = isObject(event) ? objectAt(event, "target") : undefined;
  if (!isObject(event) || target === undefined) return rejected("missing_field", "target is missing");
  if (textAt(event, "action") !== "push") return ignored("not-a-push");
  if (!MANIFEST.test(textAt(target, "mediaType") ?? "")) return ignored("not-a-manifest");
  const digest = normalizeDigest(textAt(target, "digest"));
  if (digest === undefined) return rejected("invalid_field", "target.digest is not sha256: with 64 hex digits");
  const parts = listAt(target, "references")
    .filter(isObject)
    .flatMap((part) => {
      const type = textAt(part, "mediaType") ?? "";
      const name = normalizeDigest(textAt(part, "digest"));
      return name !== undefined && (MANIFEST.test(type) || CONFIGURATION.test(type)) ? [name] : [];
    });
  const host = textAt(objectAt(event, "request") ?? {}, "host");
  return [alias([digest, ...parts], reference(host, textAt(target, "repository"), textAt(target, "tag")), context)];
}

function harbor(record: JsonObject, context: ParseContext): readonly Outcome[] {
  if (!HARBOR_PUSHES.has(textAt(record, "type") ?? "")) return ignored("not-a-push");
  const data = objectAt(record, "event_data") ?? objectAt(record, "data") ?? {};
  const resources = listAt(data, "resources").filter(isObject);
  if (resources.length === 0) return rejected("missing_field", "resources is missing");
  return resources.flatMap((resource) => {
    const digest = normalizeDigest(textAt(resource, "digest"));
    if (digest === undefined) return rejected("invalid_field", "resources.digest is not sha256: with 64 hex digits");
    return [alias([digest], textAt(resource, "resource_url"), context)];
  });
}

function reference(host: string | undefined, repository: string | undefined, tag: string | undefined): string | undefined {
  if (repository === undefined) return undefined;
  return `${host === undefined ? "" : `${host}/`}${repository}${tag === undefined ? "" : `:${tag}`}`;
}

function alias(digests: readonly string[], image: string | undefined, context: ParseContext): Outcome {
  const record = { type: "alias", digests, ...(image !== undefined && { image }), observedAt: context.now } as const;
  return { type: "timeline", record };
}

export const registrySource: PushSource = { name: "registry", accepts: "changes", recognizes, parse };
