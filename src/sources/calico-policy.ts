/** Which policy is to blame for a denied Calico flow. */

export interface PolicyHit {
  readonly index: number;
  readonly tier: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly kind: string | undefined;
  readonly staged: boolean;
  readonly action: "allow" | "deny" | "pass" | undefined;
  /** Nothing in the tier matched: the tier's default action decided. */
  readonly endOfTier: boolean;
  /** For an end of tier: true when `name` is the policy that brought the tier into play, false when it is arbitrary. */
  readonly named: boolean;
}

export interface Cause {
  readonly policy: string;
  /** The default deny, when it decided rather than a rule of `policy`. */
  readonly decidedBy?: string | undefined;
  readonly tier?: string | undefined;
  readonly namespace?: string | undefined;
  readonly kind?: string | undefined;
  /** One of the policies that select the subject, when none of them decided. */
  readonly selectedBy?: string | undefined;
}

const MODERN_NAME = /^(np|gnp|knp|snp|sgnp|sknp|kcnp|kanp|kbanp|pro):(?:([^/]*)\/)?(.+)$/;
const STAGED_KINDS = new Set(["snp", "sgnp", "sknp"]);
const KUBERNETES_PREFIX = "knp.default.";
const STAGED_PREFIX = "staged:";
const PROFILE_TIER = "__PROFILE__";

/** Reads `index|tier|name|action|ruleIndex`; old strings lack the last part. Undefined when it is not one. */
export function parsePolicyString(text: unknown): PolicyHit | undefined {
  if (typeof text !== "string" || text.length > 2048) return undefined;
  const [index, tier, path, action, rule] = text.split("|");
  if (index === undefined || path === undefined || !/^\d{1,6}$/.test(index)) return undefined;
  const verb = action === "allow" || action === "deny" || action === "pass" ? action : undefined;
  if (verb === undefined) return undefined;
  return {
    index: Number(index),
    tier: tier === "" ? undefined : tier,
    ...parseName(path),
    action: verb,
    // -1: no rule of the tier matched, and the policy named is any of those that select the endpoint.
    endOfTier: rule === "-1",
    named: false,
  };
}

function parseName(path: string): Pick<PolicyHit, "namespace" | "name" | "kind" | "staged"> {
  const modern = MODERN_NAME.exec(path);
  if (modern) {
    const [, kind, namespace, name] = modern;
    return { kind, namespace: namespace || undefined, ...plainName(name ?? ""), staged: STAGED_KINDS.has(kind ?? "") };
  }
  const slash = path.lastIndexOf("/");
  const namespace = slash > 0 ? path.slice(0, slash) : undefined;
  return { kind: undefined, namespace, ...plainName(path.slice(slash + 1)) };
}

/** The name as the policy object has it: without the marks Calico puts before staged and Kubernetes policies. */
function plainName(text: string): Pick<PolicyHit, "name" | "staged"> {
  const at = text.indexOf(STAGED_PREFIX);
  const staged = at === 0 || (at > 0 && text[at - 1] === ".");
  const before = text.slice(0, Math.max(0, at));
  const after = text.slice(at + STAGED_PREFIX.length);
  // `tier.staged:name`, but also `tier.staged:tier.name`.
  let name = staged ? (before !== "" && after.startsWith(before) ? after : before + after) : text;
  if (name.startsWith(KUBERNETES_PREFIX)) name = name.slice(KUBERNETES_PREFIX.length);
  return { name: name === "" || name === "-" ? undefined : name, staged };
}

/** The denying hit of highest index: earlier ones passed the decision on. */
export function denyingHit(hits: readonly PolicyHit[]): PolicyHit | undefined {
  let cause: PolicyHit | undefined;
  for (const hit of hits) {
    if (hit.action === "deny" && (cause === undefined || hit.index > cause.index)) cause = hit;
  }
  return cause;
}

/**
 * The hit that would deny a flow if staged policies were in force; undefined when they would not. Unlike in what is
 * enforced, hits of the policies in force follow after it, so the first one that decides is what counts.
 */
export function pendingDenial(hits: readonly PolicyHit[]): PolicyHit | undefined {
  let first: PolicyHit | undefined;
  for (const hit of hits) {
    if (hit.action === "pass" || hit.action === undefined) continue;
    const earlier = first === undefined || hit.index < first.index;
    // Aggregated flows may hold both answers of one policy: some of them would be denied.
    if (earlier || (hit.index === first?.index && hit.action === "deny")) first = hit;
  }
  return first?.action === "deny" ? first : undefined;
}

/** The cause of a denial. `defaultPolicy`: the name of the default deny, for when no rule decided. */
export function causeOf(hit: PolicyHit | undefined, defaultPolicy: string): Cause {
  if (hit === undefined) return { policy: defaultPolicy };
  const { tier, namespace, kind, name } = hit;
  const where = { tier, namespace, kind };
  if (name === undefined || tier === PROFILE_TIER || name.startsWith(PROFILE_TIER)) return { policy: defaultPolicy, tier };
  if (!hit.endOfTier) return { policy: name, ...where };
  // A staged policy is what would bring its tier into play, so its name means something at the end of the tier, too.
  if (hit.named || hit.staged) return { policy: name, decidedBy: defaultPolicy, ...where };
  return { policy: defaultPolicy, tier, selectedBy: namespace === undefined ? name : `${namespace}/${name}` };
}
