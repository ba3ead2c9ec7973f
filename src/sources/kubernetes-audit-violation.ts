/** Requests of the audit log that violated a policy of admission, as violations of the pod or workload they wanted. */
import { normalizeDigest } from "../domain/digest.ts";
import type { Outcome, ParseContext } from "../ports/source.ts";
import { type AdmissionFinding, denials, notes, refusalOf } from "./kubernetes-audit-admission.ts";
import { asObject, flagAt, type JsonObject, objectAt, objectsAt, textAt } from "./kubernetes-fields.ts";
import { type ViolationDraft, violations } from "./outcomes.ts";
import { messageOf } from "./record-fields.ts";
import { LabelBag } from "./sample-labels.ts";

const KINDS: ReadonlyMap<string, string> = new Map([
  ["deployments", "Deployment"],
  ["statefulsets", "StatefulSet"],
  ["daemonsets", "DaemonSet"],
  ["replicasets", "ReplicaSet"],
  ["jobs", "Job"],
  ["cronjobs", "CronJob"],
]);
/** A mirror of a static pod belongs to its node, which is no workload. */
const MAKERS: ReadonlySet<string> = new Set(KINDS.values());
/** `pods "card-api-7d9f8b6c5-x2x4z" is forbidden: …`: generated names are in the answer only. */
const REFUSED_NAME = /^\S+ "([^"]+)" is (?:forbidden|invalid)/;

/** One violation for each policy; none for a request that no policy minded. `time`: of the request. */
export function admissionViolations(
  event: JsonObject,
  time: number,
  refused: boolean,
  context: ParseContext,
): readonly Outcome[] {
  const refusal = refused ? refusalOf(event) : "";
  const findings = [...denials(refusal), ...notes(objectAt(event, "annotations"))];
  if (findings.length === 0) return [];
  const subject = subjectOf(event, refusal);
  const id = textAt(event, "auditID");
  return violations(
    findings.map((finding, i) => ({
      time,
      receivedAt: context.now,
      ...(id !== undefined && { id: `${id} ${finding.policy} ${i}` }),
      policy: finding.policy,
      engine: "kubernetes-audit",
      regimes: [],
      action: finding.action,
      cluster: context.cluster,
      ...subject,
      count: 1,
      labels: labelsOf(event, finding),
      ...messageField(finding.message),
      quality: "exact" as const,
    })),
  );
}

function messageField(text: string): Pick<ViolationDraft, "message"> {
  const message = messageOf(text);
  return message === undefined ? {} : { message };
}

type Subject = Pick<ViolationDraft, "namespace"> & Partial<ViolationDraft>;

/** A pod by its name, or by what made it; anything else by kind and name. Digests are known only where an image is pinned. */
function subjectOf(event: JsonObject, refusal: string): Subject {
  const target = objectAt(event, "objectRef");
  const resource = textAt(target, "resource") ?? "";
  const sent = asObject(event.requestObject);
  const name =
    textAt(target, "name") ?? textAt(objectAt(event, "responseObject", "metadata"), "name") ?? REFUSED_NAME.exec(refusal)?.[1];
  const namespace = textAt(target, "namespace") ?? "";
  const pod = resource === "pods";
  const image = imageOf(pod ? objectAt(sent, "spec") : objectAt(sent, "spec", "template", "spec"));
  const kind = KINDS.get(resource);
  if (pod) return { namespace, ...(name !== undefined && { pod: name }), ...makerOf(sent), ...image };
  return { namespace, ...(kind !== undefined && name !== undefined && { workload: `${kind}/${name}` }), ...image };
}

/** The controller of a pod that never came to be. */
function makerOf(pod: JsonObject | undefined): Partial<ViolationDraft> {
  const metadata = objectAt(pod, "metadata");
  const owner = objectsAt(metadata, "ownerReferences").find((one) => flagAt(one, "controller"));
  const kind = MAKERS.has(textAt(owner, "kind") ?? "") ? textAt(owner, "kind") : undefined;
  const name = textAt(owner, "name");
  const prefix = textAt(metadata, "generateName");
  const labels = objectAt(metadata, "labels");
  const templateHash = textAt(labels, "pod-template-hash") ?? textAt(labels, "controller-revision-hash");
  const serviceAccount = textAt(objectAt(pod, "spec"), "serviceAccountName");
  return {
    ...(kind !== undefined && name !== undefined && { workload: `${kind}/${name}` }),
    ...(prefix !== undefined && { ownerPrefix: prefix }),
    ...(templateHash !== undefined && { templateHash }),
    ...(serviceAccount !== undefined && { serviceAccount }),
  };
}

/** The image of a pod with one container; of several nobody can tell which was meant. */
function imageOf(podSpec: JsonObject | undefined): Partial<ViolationDraft> {
  const [only, ...more] = objectsAt(podSpec, "containers");
  const image = textAt(only, "image");
  if (image === undefined || more.length > 0) return {};
  const container = textAt(only, "name");
  const digest = normalizeDigest(image);
  return { image, ...(container !== undefined && { container }), ...(digest !== undefined && { digest }) };
}

function labelsOf(event: JsonObject, { admission, rule, enforcer }: AdmissionFinding): ViolationDraft["labels"] {
  const bag = new LabelBag();
  bag.add("admission", admission);
  bag.add("rule", rule);
  bag.add("enforcer", enforcer);
  bag.add("verb", textAt(event, "verb"));
  bag.add("user", textAt(objectAt(event, "impersonatedUser"), "username") ?? textAt(objectAt(event, "user"), "username"));
  return bag.done();
}
