/** GitHub webhooks: deployments and their states, and published container packages. */
import type { ChangePhase } from "../domain/change.ts";
import { normalizeDigest } from "../domain/digest.ts";
import type { Outcome, ParseContext, PushSource } from "../ports/source.ts";
import { announced } from "./deployer-change.ts";
import { readTime } from "./event-time.ts";
import { ignored, rejected } from "./outcomes.ts";
import { isObject, type JsonObject, objectAt, textAt } from "./record-fields.ts";

const PHASES: ReadonlyMap<string, ChangePhase> = new Map([
  ["in_progress", "progressing"],
  ["success", "finished"],
]);
const WORKLOAD = /^[A-Z][A-Za-z]+\/[^/\s]+$/;
const SUBJECTS = ["deployment", "deployment_status", "registry_package", "package", "workflow_run", "check_run", "ref"];

function recognizes(record: unknown): boolean {
  if (isPing(record)) return true;
  if (!isObject(record) || objectAt(record, "sender") === undefined) return false;
  return (
    textAt(objectAt(record, "repository") ?? {}, "full_name") !== undefined && SUBJECTS.some((key) => Object.hasOwn(record, key))
  );
}

/** Sent once when a webhook is made; that of an organisation names no repository. */
function isPing(record: unknown): boolean {
  return isObject(record) && textAt(record, "zen") !== undefined && Object.hasOwn(record, "hook_id");
}

function parse(record: unknown, context: ParseContext): readonly Outcome[] {
  if (!isObject(record)) return rejected("not_an_object", "A webhook of GitHub is a JSON object.");
  if (isPing(record)) return ignored("ping");
  const packaged = objectAt(record, "registry_package") ?? objectAt(record, "package");
  if (packaged !== undefined) return published(record, packaged, context);
  const deployment = objectAt(record, "deployment");
  if (deployment === undefined)
    return recognizes(record) ? ignored("not-a-deployment") : rejected("unknown_format", "deployment is missing");
  const status = objectAt(record, "deployment_status");
  const phase = status === undefined ? "started" : PHASES.get(textAt(status, "state") ?? "");
  // Queued and waiting is not yet, failure and error not at all, inactive means superseded by another one.
  if (phase === undefined) return ignored("nothing-deployed");
  const time = readTime((status ?? deployment).created_at);
  if (time === undefined) return rejected("invalid_field", "created_at is missing or not a time");
  const payload = payloadOf(deployment.payload);
  const workload = textAt(payload, "workload");
  const draft = {
    time,
    kind: textAt(deployment, "task") === "rollback" ? "rollback" : "rollout",
    phase,
    cluster: textAt(payload, "cluster"),
    namespace: textAt(payload, "namespace"),
    workload: workload !== undefined && WORKLOAD.test(workload) ? workload : undefined,
    container: textAt(payload, "container"),
    image: textAt(payload, "image"),
    digest: normalizeDigest(textAt(payload, "digest")),
    actor: textAt(objectAt(record, "sender") ?? {}, "login"),
    revision: textAt(deployment, "sha"),
    url: textAt(status ?? {}, "target_url") ?? textAt(deployment, "url"),
  } as const;
  return [announced("github", draft, context, textAt(deployment, "id") ?? "")];
}

/** The payload of a deployment is JSON, or JSON in a text, or anything at all. */
function payloadOf(value: unknown): JsonObject {
  if (isObject(value)) return value;
  if (typeof value !== "string") return {};
  try {
    const decoded: unknown = JSON.parse(value);
    return isObject(decoded) ? decoded : {};
  } catch {
    return {};
  }
}

function published(record: JsonObject, packaged: JsonObject, context: ParseContext): readonly Outcome[] {
  if (textAt(record, "action") !== "published") return ignored("not-a-push");
  const version = objectAt(packaged, "package_version") ?? {};
  const metadata = objectAt(version, "container_metadata") ?? {};
  const names = [textAt(version, "version"), textAt(objectAt(metadata, "tag") ?? {}, "digest")];
  const digests = [...new Set(names.map(normalizeDigest).filter((digest) => digest !== undefined))];
  if (digests.length === 0) return ignored("push-without-digest");
  const labels = objectAt(objectAt(metadata, "labels") ?? {}, "all_labels") ?? {};
  const revision = textAt(labels, "org.opencontainers.image.revision");
  const sourceUrl = textAt(labels, "org.opencontainers.image.source");
  const image = textAt(version, "package_url");
  const alias = { type: "alias", digests, observedAt: context.now } as const;
  return [
    {
      type: "timeline",
      record: { ...alias, ...(image && { image }), ...(revision && { revision }), ...(sourceUrl && { sourceUrl }) },
    },
  ];
}

export const githubSource: PushSource = { name: "github", accepts: "changes", recognizes, parse };
