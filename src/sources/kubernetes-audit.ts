/**
 * The audit log of Kubernetes: which requests violated a policy of admission, who edited which policy, and who rolled out
 * or scaled what. Requests that changed nothing are told apart, because operators apply the same policy again and again.
 *
 * An API server posts to one address only, so both routes take all of it.
 */
import type { Outcome, ParseContext, PushSource } from "../ports/source.ts";
import { readTime } from "./event-time.ts";
import { policyEdits } from "./kubernetes-audit-policy.ts";
import { type AuditedRequest, hasChangedNothing } from "./kubernetes-audit-request.ts";
import { admissionViolations } from "./kubernetes-audit-violation.ts";
import { workloadChanges } from "./kubernetes-audit-workload.ts";
import { asObject, countAt, type JsonObject, objectAt, textAt } from "./kubernetes-fields.ts";
import { ignored, rejected } from "./outcomes.ts";

const VERBS = new Set(["create", "update", "patch", "delete", "deletecollection"]);

function recognizes(record: unknown): boolean {
  const object = asObject(record);
  if (textAt(object, "apiVersion")?.startsWith("audit.k8s.io/") === true) return true;
  // Taken out of a list an event says neither kind nor apiVersion.
  return textAt(object, "auditID") !== undefined && textAt(object, "stage") !== undefined;
}

function parse(record: unknown, context: ParseContext): readonly Outcome[] {
  const object = asObject(record);
  if (object === undefined) return rejected("not_an_object", "An audit event is a JSON object.");
  if (!recognizes(record)) return rejected("unknown_format", "The record is not an audit event of Kubernetes.");
  if (textAt(object, "kind") !== "EventList") return parseEvent(object, context);
  if (!Array.isArray(object.items)) return rejected("missing_field", "items of the EventList is missing.");
  return object.items.flatMap((item: unknown) => {
    const event = asObject(item);
    return event === undefined ? rejected("not_an_object", "An item of the list is not an object.") : parseEvent(event, context);
  });
}

function parseEvent(event: JsonObject, context: ParseContext): readonly Outcome[] {
  // Each request is told once for every stage; this is the one that knows how it ended.
  if (textAt(event, "stage") !== "ResponseComplete") return ignored("other-stage");
  const verb = textAt(event, "verb") ?? "";
  if (!VERBS.has(verb)) return ignored("reads-only");
  if (/[?&]dryRun=/.test(textAt(event, "requestURI") ?? "")) return ignored("dry-run");
  const code = countAt(objectAt(event, "responseStatus"), "code");
  const granted = code !== undefined && code >= 200 && code <= 299;
  const time = readTime(event.requestReceivedTimestamp ?? event.timestamp ?? event.stageTimestamp);
  if (time === undefined) return rejected("invalid_field", "requestReceivedTimestamp is missing or not a time");
  const violated = admissionViolations(event, time, !granted, context);
  const changed = granted ? parseGranted(event, verb, time, context) : ignored("refused");
  const told = changed.some(({ type }) => type !== "ignored");
  return violated.length === 0 ? changed : told ? [...violated, ...changed] : violated;
}

function parseGranted(event: JsonObject, verb: string, time: number, context: ParseContext): readonly Outcome[] {
  const target = objectAt(event, "objectRef");
  const resource = textAt(target, "resource");
  if (resource === undefined) return ignored("no-object");
  const subresource = textAt(target, "subresource");
  if (subresource !== undefined && subresource !== "scale") return ignored("subresource");
  const request: AuditedRequest = {
    id: textAt(event, "auditID") ?? "",
    time,
    verb,
    group: textAt(target, "apiGroup") ?? "",
    resource,
    subresource,
    namespace: textAt(target, "namespace") ?? "",
    name: textAt(target, "name") ?? textAt(objectAt(event, "responseObject", "metadata"), "name"),
    version: textAt(target, "resourceVersion"),
    actor: textAt(objectAt(event, "impersonatedUser"), "username") ?? textAt(objectAt(event, "user"), "username"),
    sent: event.requestObject,
    stored: objectAt(event, "responseObject"),
  };
  if (hasChangedNothing(request)) return ignored("changed-nothing");
  return policyEdits(request, context) ?? workloadChanges(request, context) ?? ignored("other-resource");
}

export const kubernetesAuditSource: PushSource = { name: "kubernetes-audit", accepts: "changes", recognizes, parse };
export const kubernetesAuditEventSource: PushSource = { ...kubernetesAuditSource, accepts: "events" };
