/** What alerts are told as: a line of `replay --format json`, the body of a `tenfold` webhook, and (its `data`) the API's alert. */
import { z } from "zod";

const time = z.iso.datetime({ precision: 3 }).describe("RFC 3339 with milliseconds, UTC.");
const probability = z.number().min(0).max(1);
const interval = z.tuple([z.number(), z.number()]);

const series = z.strictObject({
  id: z.string(),
  policy: z.string(),
  engine: z.string(),
  cluster: z.string(),
  namespace: z.string(),
  workload: z.string().describe("Kind/name, or unattributed."),
  digest: z.string().describe("sha256: and 64 hexadecimal digits, or unknown."),
  image: z.string().optional(),
  observed: z.number().describe("Events since the onset, at most windowSeconds back."),
  expected: z.number().describe("Events expected in the same time."),
  windowSeconds: z.number(),
  ratio: z.number().describe("observed / expected."),
  ratioInterval: interval.describe("95 % interval of the ratio."),
  evidence: z.number().describe("Natural logarithm of the likelihood ratio."),
  detectors: z.array(z.string()),
  onsetAt: time,
  resolvedAt: time.optional().describe("When this series went back to normal while others of the alert go on."),
  weakPrior: z.boolean().optional().describe("No history of its own: the expectation comes from the policy's other workloads."),
  quality: z.enum(["exact", "inferred", "lower-bound"]).describe("How literally the counts may be taken."),
});

const suspect = z.strictObject({
  kind: z.string(),
  digest: z.string().optional(),
  image: z.string().optional(),
  previousDigest: z.string().optional(),
  policy: z.string().optional(),
  cluster: z.string(),
  namespace: z.string(),
  workload: z.string().optional(),
  changedAt: time.optional(),
  lagSeconds: z.number().optional(),
  actor: z.string().optional(),
  revision: z.string().optional(),
  url: z.string().optional(),
  probability,
  evidence: z.array(
    z.strictObject({
      kind: z.string(),
      ln: z.number().describe("Natural logarithm of the likelihood ratio; negative speaks against."),
      text: z.string(),
    }),
  ),
});

const cause = z.strictObject({
  verdict: z.enum(["image", "policy", "scale", "config", "environment", "unexplained", "inconclusive"]),
  tier: z.enum(["asserted", "likely", "unexplained"]),
  probability,
  unexplained: probability,
  revision: z.number().int(),
  asOf: time,
  was: z.string().optional().describe("What the verdict was before this revision."),
  rollbackTarget: z
    .strictObject({ digest: z.string(), image: z.string().optional(), proven: z.boolean(), why: z.string() })
    .nullable(),
  dataQuality: z.strictObject({ shareWithDigest: probability, shareByIp: probability, lateShare: probability }),
  notes: z
    .array(z.string())
    .optional()
    .describe("What the reader should know of the verdict: bounds reached, what holds it back, what is remarkable."),
  suspects: z.array(suspect).describe("The complete ranking, best first."),
});

const alert = z.strictObject({
  id: z.string(),
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  state: z.enum(["firing", "acknowledged", "mitigated", "resolved"]),
  severity: z.enum(["critical", "error", "warning", "info"]),
  version: z.number().int(),
  title: z.string(),
  cluster: z.string(),
  regimes: z.array(z.string()),
  onsetAt: time,
  firedAt: time,
  updatedAt: time,
  resolvedAt: time.nullable(),
  acknowledgedBy: z.string().optional(),
  comment: z.string().optional(),
  escalations: z
    .array(z.strictObject({ receiver: z.string(), at: time }))
    .optional()
    .describe("Receivers that were told too because nobody acknowledged the alert since it fired last, oldest first."),
  series: z.array(series),
  cause,
  samples: z.array(z.record(z.string(), z.unknown())).max(5).describe("Input records."),
  links: z.strictObject({ self: z.string(), runbook: z.string().optional() }),
  canary: z.literal(true).optional().describe("The violations are invented, to test the way from a record to a message."),
  notice: z
    .strictObject({
      kind: z.enum(["blind", "storm"]),
      name: z.string(),
      subject: z.string(),
      summary: z.string(),
      meaning: z.string(),
      details: z.array(z.string()),
    })
    .optional()
    .describe("Present when the alert is not about violations: it then has no series. blind: something cannot be seen or told."),
});

export const transitionSchema = z.strictObject({
  type: z.enum(["alert.fired", "alert.updated", "alert.acknowledged", "alert.mitigated", "alert.resolved"]),
  timestamp: time,
  reason: z.string().describe("Why there is this transition: first, worse, cause-revised, rolled-back …"),
  data: alert,
});

/** A webhook's body, which also says what is true of this delivery alone. */
export const webhookBodySchema = transitionSchema.extend({
  delayedBySeconds: z
    .number()
    .int()
    .optional()
    .describe("Present when the message is late: seconds since the transition. The receiver could not be reached before."),
  test: z.literal(true).optional().describe("A test of the receiver: nothing happened."),
});

export function alertJsonSchema(): Record<string, unknown> {
  return {
    $id: "https://tenfold.dev/schemas/alert.json",
    title: "Tenfold alert transition",
    ...z.toJSONSchema(webhookBodySchema, { target: "draft-2020-12" }),
  };
}
