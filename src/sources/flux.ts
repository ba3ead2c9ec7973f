/** Notifications of Flux (providers `generic` and `generic-hmac`). */
import type { Outcome, ParseContext, PushSource } from "../ports/source.ts";
import { announced, workloadName } from "./deployer-change.ts";
import { readTime } from "./event-time.ts";
import { ignored, rejected } from "./outcomes.ts";
import { isObject, type JsonObject, objectAt, textAt } from "./record-fields.ts";

const APPLIERS = new Set(["Kustomization", "HelmRelease"]);
const SUCCESS = /^(?:ReconciliationSucceeded|(?:Install|Upgrade|Rollback)Succeeded|Progressing|ArtifactUpdated)$/;
/** The lines of a progress message that say what was applied: `Deployment/apps/webapp configured`. */
const APPLIED = /^([A-Za-z]+)\/([^/\s]+)\/(\S+) (?:configured|created)$/gm;

function isNotification(record: unknown): record is JsonObject {
  if (!isObject(record) || textAt(record, "kind") === "Event") return false;
  const api = textAt(objectAt(record, "involvedObject") ?? {}, "apiVersion");
  return api?.includes(".toolkit.fluxcd.io/") === true && textAt(record, "reason") !== undefined;
}

function parse(record: unknown, context: ParseContext): readonly Outcome[] {
  if (!isObject(record)) return rejected("not_an_object", "A Flux event is a JSON object.");
  // The Kubernetes Event of the same happening; the notification carries the revision and comes once.
  if (textAt(record, "kind") === "Event") return ignored("kubernetes-event");
  if (!isNotification(record)) return rejected("unknown_format", "The record is not a Flux notification.");
  const object = objectAt(record, "involvedObject") ?? {};
  const reason = textAt(record, "reason") ?? "";
  if (!APPLIERS.has(textAt(object, "kind") ?? "")) return ignored("not-an-applier");
  if (textAt(record, "severity") === "error" || !SUCCESS.test(reason)) return ignored("nothing-applied");
  const time = readTime(record.timestamp);
  if (time === undefined) return rejected("invalid_field", "timestamp is missing or not a time");
  const base = {
    time,
    kind: reason === "RollbackSucceeded" ? "rollback" : "rollout",
    phase: reason === "Progressing" ? "progressing" : "finished",
    namespace: textAt(object, "namespace"),
    actor: `flux:${textAt(object, "name") ?? ""}`,
    revision: revisionOf(objectAt(record, "metadata") ?? {}),
  } as const;
  const identity = `${textAt(object, "uid") ?? ""} ${reason}`;
  const applied = [...(textAt(record, "message") ?? "").matchAll(APPLIED)].flatMap(([, kind, namespace, name]) => {
    const workload = workloadName(kind, name);
    return workload === undefined ? [] : [announced("flux", { ...base, namespace, workload }, context, identity)];
  });
  return applied.length > 0 ? applied : [announced("flux", base, context, identity)];
}

function revisionOf(metadata: JsonObject): string | undefined {
  const key = Object.keys(metadata).find((name) => name === "revision" || name.endsWith(".toolkit.fluxcd.io/revision"));
  return key === undefined ? undefined : textAt(metadata, key);
}

export const fluxSource: PushSource = { name: "flux", accepts: "changes", recognizes: isNotification, parse };
