/**
 * Who rolled out or scaled what, in the audit log. What ran is the business of the watch; this gives it an author. Only
 * patches say what they change: after a whole object was sent nobody can tell a new template from a new size.
 */
import { normalizeDigest } from "../domain/digest.ts";
import type { Outcome, ParseContext } from "../ports/source.ts";
import { announced, type ChangeDraft } from "./deployer-change.ts";
import { type AuditedRequest, touches } from "./kubernetes-audit-request.ts";
import { asObject, countAt, objectAt, objectsAt, textAt } from "./kubernetes-fields.ts";
import { ignored } from "./outcomes.ts";

const KINDS: ReadonlyMap<string, string> = new Map([
  ["deployments", "Deployment"],
  ["statefulsets", "StatefulSet"],
  ["daemonsets", "DaemonSet"],
]);
/** Controllers write what others decided. */
const CONTROLLER =
  /^system:(?:kube-controller-manager|serviceaccount:kube-system:(?:deployment|statefulset|daemon-set)-controller)$/;

/** Undefined when the object is no workload. */
export function workloadChanges(request: AuditedRequest, context: ParseContext): readonly Outcome[] | undefined {
  const kind = request.group === "apps" || request.group === "extensions" ? KINDS.get(request.resource) : undefined;
  if (kind === undefined || request.name === undefined) return undefined;
  if (CONTROLLER.test(request.actor ?? "")) return ignored("controller");
  if (request.verb.startsWith("delete")) return ignored("deletion");
  if (hasSameGeneration(request)) return ignored("changed-nothing");
  const drafts = request.subresource === "scale" ? resize(request) : [...rollouts(request), ...resize(request)];
  if (drafts.length === 0) return ignored("neither-template-nor-size");
  const { time, namespace, actor, id } = request;
  const base = { time, phase: "started", namespace, workload: `${kind}/${request.name}`, actor } as const;
  return drafts.map((draft) =>
    announced("kubernetes-audit", { ...base, ...draft }, context, `${id} ${draft.container ?? ""} ${draft.image ?? ""}`),
  );
}

type Draft = Pick<ChangeDraft, "kind"> &
  Partial<Pick<ChangeDraft, "container" | "image" | "digest" | "replicas" | "restart" | "phase">>;

/** A controller has seen this generation before the request was answered: it is not new. */
function hasSameGeneration({ stored, subresource }: AuditedRequest): boolean {
  const generation = subresource === undefined ? countAt(objectAt(stored, "metadata"), "generation") : undefined;
  return generation !== undefined && countAt(objectAt(stored, "status"), "observedGeneration") === generation;
}

function rollouts(request: AuditedRequest): readonly Draft[] {
  const isNew = request.verb === "create";
  if (!isNew && touches(request, "spec", "template") !== true) return [];
  const images = Array.isArray(request.sent) ? patchedImages(request.sent) : sentImages(request.sent);
  // New settings, or a restart: the same bits under a new template.
  if (images.length === 0) return isNew ? [] : [{ kind: "config", restart: true }];
  return images.map((image) => ({ kind: "rollout", ...image }));
}

function sentImages(sent: unknown): readonly Omit<Draft, "kind">[] {
  const template = objectAt(asObject(sent), "spec", "template", "spec");
  return objectsAt(template, "containers").flatMap((container) => {
    const image = textAt(container, "image");
    return image === undefined ? [] : [imageFields(image, textAt(container, "name"))];
  });
}

/** Operations of a JSON patch name containers by their number only. */
function patchedImages(operations: readonly unknown[]): readonly Omit<Draft, "kind">[] {
  return operations.flatMap((value) => {
    const operation = asObject(value);
    const image = textAt(operation, "value");
    const isImage = /^\/spec\/template\/spec\/containers\/\d+\/image$/.test(textAt(operation, "path") ?? "");
    return isImage && image !== undefined ? [imageFields(image, undefined)] : [];
  });
}

function imageFields(image: string, container: string | undefined): Omit<Draft, "kind"> {
  const digest = normalizeDigest(image);
  return { image, ...(container !== undefined && { container }), ...(digest !== undefined && { digest }) };
}

function resize(request: AuditedRequest): readonly Draft[] {
  const { subresource, sent, stored } = request;
  if (subresource === undefined && touches(request, "spec", "replicas") !== true) return [];
  const replicas =
    countAt(objectAt(asObject(sent), "spec"), "replicas") ??
    patchedReplicas(sent) ??
    countAt(objectAt(stored, "spec"), "replicas");
  return replicas === undefined ? [] : [{ kind: "scale", phase: "finished", replicas }];
}

function patchedReplicas(sent: unknown): number | undefined {
  if (!Array.isArray(sent)) return undefined;
  return countAt(asObject(sent.find((value) => textAt(asObject(value), "path") === "/spec/replicas")), "value");
}
