/**
 * What admission said of a request, in the audit log: policies that denied it, by the words of the answer, and policies
 * that only took note, by annotations.
 */
import type { ViolationAction } from "../domain/violation.ts";
import { asObject, type JsonObject, objectAt, objectsAt, textAt } from "./kubernetes-fields.ts";

/** One policy that a request violated. */
export interface AdmissionFinding {
  readonly policy: string;
  readonly action: ViolationAction;
  /** Which kind of admission decided. */
  readonly admission: "pod-security" | "validating-admission-policy" | "webhook";
  readonly message: string;
  /** Checks of Pod Security, the rule of a webhook's policy, the binding of an admission policy. */
  readonly rule?: string | undefined;
  /** Version of the Pod Security levels, or the webhook. */
  readonly enforcer?: string | undefined;
}

const POD_SECURITY_AUDIT = "pod-security.kubernetes.io/audit-violations";
const ADMISSION_POLICY_AUDIT = "validation.policy.admission.k8s.io/validation_failure";

const POD_SECURITY = /violates? PodSecurity "([^":]+)(?::([^"]+))?": ([\s\S]*)/;
const ADMISSION_POLICY = /ValidatingAdmissionPolicy '([^']+)' with binding '([^']+)' denied request: ([\s\S]*)/;
const WEBHOOK = /admission webhook "([^"]+)" denied the request(?:: ?([\s\S]*))?/;
/** Gatekeeper puts the name of the constraint before each message. */
const CONSTRAINT = /^\[([^\]\s]+)\] (.*)$/;
/** Kyverno writes the policies as YAML: its name, and below it the rules with their messages. */
const KYVERNO_BLOCKED = "due to the following policies";
const KYVERNO_POLICY = /^(\S+):\s*$/;
const KYVERNO_RULE = /^ {2}(\S+): ?(.*)$/;

/** Policies that refused a request. `message`: of the answer; one about missing rights gives none. */
export function denials(message: string): readonly AdmissionFinding[] {
  const security = POD_SECURITY.exec(message);
  if (security !== null) return [podSecurity(security, "deny", message)];
  const [, policy, rule, because = ""] = ADMISSION_POLICY.exec(message) ?? [];
  if (policy !== undefined)
    return [{ policy, action: "deny", admission: "validating-admission-policy", message: because.trim(), rule }];
  const [, webhook, said = ""] = WEBHOOK.exec(message) ?? [];
  return webhook === undefined ? [] : webhookDenials(webhook, said.trim());
}

/** Policies that let a request pass and took note. */
export function notes(annotations: JsonObject | undefined): readonly AdmissionFinding[] {
  const found: AdmissionFinding[] = [];
  const security = textAt(annotations, POD_SECURITY_AUDIT);
  const level = POD_SECURITY.exec(security ?? "");
  if (security !== undefined && level !== null) found.push(podSecurity(level, "audit", security));
  for (const failure of validationFailures(annotations)) {
    const policy = textAt(failure, "policy");
    if (policy === undefined) continue;
    const message = textAt(failure, "message") ?? "";
    const rule = textAt(failure, "binding");
    found.push({ policy, action: "audit", admission: "validating-admission-policy", message, rule });
  }
  return found;
}

function podSecurity(
  [, policy = "", version, checks = ""]: RegExpExecArray,
  action: ViolationAction,
  message: string,
): AdmissionFinding {
  return { policy, action, admission: "pod-security", message, rule: checkNames(checks), enforcer: version };
}

/** `a (why), b (why, "x")` are the checks a and b. */
function checkNames(checks: string): string {
  const names: string[] = [];
  let depth = 0;
  let name = "";
  for (const character of checks) {
    if (character === "(" && depth++ === 0) {
      names.push(name.replace(/^[,\s]+/, "").trim());
      name = "";
    } else if (character === ")") depth = Math.max(depth - 1, 0);
    else if (depth === 0) name += character;
  }
  return (names.length > 0 ? names : [name.trim()]).join(", ");
}

/** A list written as text. */
function validationFailures(annotations: JsonObject | undefined): readonly JsonObject[] {
  try {
    return objectsAt({ failures: JSON.parse(textAt(annotations, ADMISSION_POLICY_AUDIT) ?? "[]") }, "failures");
  } catch {
    return [];
  }
}

function webhookDenials(webhook: string, said: string): readonly AdmissionFinding[] {
  const found = said.includes(KYVERNO_BLOCKED) ? kyvernoDenials(webhook, said) : constraintDenials(webhook, said);
  return found.length > 0 ? found : [{ policy: webhook, action: "deny", admission: "webhook", message: said, enforcer: webhook }];
}

function constraintDenials(webhook: string, said: string): readonly AdmissionFinding[] {
  if (!webhook.endsWith("gatekeeper.sh")) return [];
  return said.split("\n").flatMap((line): AdmissionFinding[] => {
    const [, policy, message = ""] = CONSTRAINT.exec(line) ?? [];
    return policy === undefined ? [] : [{ policy, action: "deny", admission: "webhook", message, enforcer: webhook }];
  });
}

function kyvernoDenials(webhook: string, said: string): readonly AdmissionFinding[] {
  const found: AdmissionFinding[] = [];
  let policy: string | undefined;
  for (const line of said.slice(said.indexOf(KYVERNO_BLOCKED) + KYVERNO_BLOCKED.length).split("\n")) {
    policy = KYVERNO_POLICY.exec(line)?.[1] ?? policy;
    const [, rule, message = ""] = KYVERNO_RULE.exec(line) ?? [];
    if (policy !== undefined && rule !== undefined && found.at(-1)?.policy !== policy)
      found.push({ policy, action: "deny", admission: "webhook", message, rule, enforcer: webhook });
  }
  return found;
}

/** Message of a refused request. Some servers put what happened under `details` only. */
export function refusalOf(event: JsonObject): string {
  const status = objectAt(event, "responseStatus");
  return textAt(status, "message") ?? textAt(asObject(event.responseObject), "message") ?? "";
}
