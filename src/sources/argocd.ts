/**
 * Argo CD: the recommended notification template (docs/argocd-template.yaml), which sends `{"source":"argocd","app":…}`,
 * or the Application itself. Bodies of other templates have no known form and are not accepted.
 */
import type { ChangePhase } from "../domain/change.ts";
import type { Outcome, ParseContext, PushSource } from "../ports/source.ts";
import { announced, workloadName } from "./deployer-change.ts";
import { readTime } from "./event-time.ts";
import { ignored, rejected } from "./outcomes.ts";
import { isObject, type JsonObject, listAt, objectAt, textAt } from "./record-fields.ts";

function applicationOf(record: unknown): JsonObject | undefined {
  if (!isObject(record)) return undefined;
  if (textAt(record, "source") === "argocd") return objectAt(record, "app");
  const isApplication =
    textAt(record, "kind") === "Application" && textAt(record, "apiVersion")?.startsWith("argoproj.io/") === true;
  return isApplication ? record : undefined;
}

function parse(record: unknown, context: ParseContext): readonly Outcome[] {
  if (!isObject(record)) return rejected("not_an_object", "A notification of Argo CD is a JSON object.");
  const app = applicationOf(record);
  if (app === undefined) return rejected("unknown_format", "Neither the recommended template nor an Application.");
  const status = objectAt(app, "status") ?? {};
  const operation = objectAt(status, "operationState");
  if (operation === undefined) return ignored("no-operation");
  const phase = phaseOf(textAt(operation, "phase"), textAt(objectAt(status, "health") ?? {}, "status"));
  if (phase === undefined) return ignored("sync-failed");
  const time = readTime(operation.startedAt);
  if (time === undefined) return rejected("invalid_field", "operationState.startedAt is missing or not a time");
  const result = objectAt(operation, "syncResult") ?? {};
  const destination = objectAt(objectAt(app, "spec") ?? {}, "destination") ?? {};
  const by = objectAt(objectAt(operation, "operation") ?? {}, "initiatedBy") ?? {};
  const cluster = textAt(destination, "name");
  const [firstRevision] = listAt(result, "revisions");
  const common = {
    // The end is told minutes late, after health; what happened began with the sync.
    time: phase === "finished" ? (readTime(operation.finishedAt) ?? time) : time,
    kind: "rollout",
    phase,
    cluster: cluster === "in-cluster" ? undefined : cluster,
    actor: textAt(by, "username") ?? "argocd",
    revision: textAt(result, "revision") ?? (typeof firstRevision === "string" ? firstRevision : undefined),
    url: textAt(record, "url"),
  } as const;
  const touched = listAt(result, "resources")
    .filter(isObject)
    .flatMap((resource) => {
      const workload = workloadName(textAt(resource, "kind"), textAt(resource, "name"));
      const isChanged = textAt(resource, "status") === "Synced" && textAt(resource, "message")?.endsWith("unchanged") !== true;
      if (workload === undefined || !isChanged) return [];
      const namespace = textAt(resource, "namespace") ?? textAt(destination, "namespace");
      return [announced("argocd", { ...common, namespace, workload }, context, textAt(objectAt(app, "metadata") ?? {}, "name"))];
    });
  return touched.length > 0 ? touched : ignored("no-workload-synced");
}

function phaseOf(phase: string | undefined, health: string | undefined): ChangePhase | undefined {
  if (phase === "Running") return "started";
  if (phase !== "Succeeded") return undefined;
  return health === "Healthy" ? "finished" : "progressing";
}

export const argocdSource: PushSource = {
  name: "argocd",
  accepts: "changes",
  recognizes: (record) => applicationOf(record) !== undefined,
  parse,
};
