/** The native event and change, as JSON Schema. Reading them is the native source's work; this is for those who write them. */
import { z } from "zod";

const time = z
  .union([z.string(), z.number()])
  .describe("RFC 3339, or a number of seconds (< 1e11), milliseconds (< 1e14), microseconds (< 1e17) or nanoseconds.");

const digest = z
  .string()
  .regex(/^sha256:[0-9a-fA-F]{64}$/)
  .describe("Image digest, sha256: and 64 hexadecimal digits.");

const text = (sentence: string) => z.string().describe(sentence);

const nativeEvent = z
  .looseObject({
    time: time.describe("When it happened. RFC 3339, or a number."),
    id: text("Unique id: an event sent twice counts once.").optional(),
    policy: z.string().min(1).describe("The policy that was violated."),
    engine: text("The enforcing product.").optional(),
    regimes: z.array(z.string()).describe("Compliance regimes it belongs to; configuration may add more.").optional(),
    action: z.enum(["deny", "audit", "warn", "alert"]).describe("What the policy did.").optional(),
    cluster: text("Cluster; the receiver's default when absent.").optional(),
    namespace: text("Namespace of the subject.").optional(),
    workload: text("Kind/name of the top owner, e.g. Deployment/card-api.").optional(),
    pod: text("Pod name.").optional(),
    container: text("Container name.").optional(),
    image: text("Image reference as written.").optional(),
    digest: digest.optional(),
    serviceAccount: text("Service account of the pod.").optional(),
    peer: text("The other end.").optional(),
    enforcedBy: text("The control point, e.g. node or host.").optional(),
    decidedBy: text("The policy that actually decided, when it is not policy.").optional(),
    count: z.number().int().min(1).describe("How many events the record stands for. (Default: 1)").optional(),
    labels: z.record(z.string(), z.string()).describe("Further labels.").optional(),
    message: text("For people.").optional(),
  })
  .describe("One event saying that a policy denied, would have denied, or flagged something. Unknown fields are kept as labels.");

const nativeChange = z
  .looseObject({
    time: time.describe("When it could first act. RFC 3339, or a number."),
    kind: z.enum(["rollout", "rollback", "scale", "policy", "config"]).describe("What changed."),
    cluster: text("Cluster; the receiver's default when absent.").optional(),
    namespace: text("Namespace.").optional(),
    workload: text("Kind/name of the top owner.").optional(),
    container: text("Container whose image changed.").optional(),
    image: text("New image reference.").optional(),
    digest: digest.optional(),
    previousDigest: digest.optional(),
    phase: z.enum(["started", "progressing", "finished"]).describe("How far it is.").optional(),
    policy: text("The edited policy, for kind policy.").optional(),
    replicas: z.number().int().min(0).describe("Rollout: pods of the new digest. Scale: replicas wanted.").optional(),
    previousReplicas: z.number().int().min(0).describe("Rollout: pods of the old digest. Scale: replicas before.").optional(),
    actor: text("Who or what did it.").optional(),
    revision: text("Commit or revision.").optional(),
    url: text("Link to it.").optional(),
  })
  .describe("A rollout, policy edit, scaling or configuration change that may explain a spike.");

export function eventJsonSchema(): Record<string, unknown> {
  return jsonSchema("event", "Tenfold event", nativeEvent);
}

export function changeJsonSchema(): Record<string, unknown> {
  return jsonSchema("change", "Tenfold change", nativeChange);
}

function jsonSchema(name: string, title: string, schema: z.ZodType): Record<string, unknown> {
  return { $id: `https://tenfold.dev/schemas/${name}.json`, title, ...z.toJSONSchema(schema, { target: "draft-2020-12" }) };
}
