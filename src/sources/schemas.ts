/**
 * The native formats as schemas: what `tenfold schema` prints. The hot path reads records by hand (native.ts,
 * native-change.ts); a test holds both to the same answers.
 */
import { z } from "zod";
import { normalizeDigest } from "../domain/digest.ts";
import { readTime } from "./event-time.ts";
import { MAX_COUNT, MAX_REGIMES } from "./native.ts";
import { MAX_REPLICAS } from "./native-change.ts";
import { MAX_FIELD } from "./record-fields.ts";

const time = z
  .union([z.string(), z.number().nonnegative()])
  .refine((value) => readTime(value) !== undefined, "neither RFC 3339 nor a number of seconds to nanoseconds")
  .describe("RFC 3339, or a number: seconds (< 1e11), milliseconds (< 1e14), microseconds (< 1e17), nanoseconds");
const name = z.string().max(MAX_FIELD);
const optionalName = name.nullish();
const requiredName = name.min(1);
const digest = z
  .string()
  .refine((value) => value === "" || normalizeDigest(value) !== undefined, "not sha256: with 64 hex digits")
  .nullish()
  .describe("sha256:<64 hex digits>, alone or at the end of an image reference");
const replicas = z.int().min(0).max(MAX_REPLICAS).nullish();

export const nativeViolationSchema = z
  .looseObject({
    time,
    policy: name.regex(/\S/, "blank"),
    id: optionalName.describe("Unique: two violations with one id are one event"),
    engine: optionalName,
    regimes: z.array(requiredName).max(MAX_REGIMES).nullish(),
    action: z.enum(["deny", "audit", "warn", "alert"]).nullish(),
    cluster: optionalName,
    namespace: optionalName,
    workload: optionalName.describe("Kind/name of the top owner, e.g. Deployment/card-api"),
    pod: optionalName,
    container: optionalName,
    image: optionalName,
    digest,
    serviceAccount: optionalName,
    peer: optionalName,
    enforcedBy: optionalName.describe("The control point"),
    decidedBy: optionalName.describe("The policy that actually decided, when it is not policy"),
    count: z.int().min(1).max(MAX_COUNT).nullish().describe("How many events the record stands for"),
    labels: z.record(z.string(), z.unknown()).nullish(),
    message: z.string().nullish(),
  })
  .describe("A native violation; unknown fields are kept as labels of samples");

const change = {
  time,
  phase: z.enum(["started", "progressing", "finished"]).nullish(),
  cluster: optionalName,
  namespace: optionalName,
  workload: optionalName.describe("Kind/name, e.g. Deployment/card-api"),
  container: optionalName,
  image: optionalName,
  previousImage: optionalName,
  digest,
  previousDigest: digest,
  policy: optionalName,
  replicas: replicas.describe("Rollout: pods of the new digest. Scale: replicas wanted"),
  previousReplicas: replicas.describe("Rollout: pods of the old digest. Scale: replicas before"),
  actor: optionalName,
  revision: optionalName,
  url: optionalName,
  restart: z.boolean().nullish().describe("False when a config change takes effect without restarting pods"),
};

export const nativeChangeSchema = z
  .discriminatedUnion("kind", [
    z.looseObject({ ...change, kind: z.literal("rollout"), workload: requiredName }),
    z.looseObject({ ...change, kind: z.literal("rollback"), workload: requiredName }),
    z.looseObject({ ...change, kind: z.literal("scale"), workload: requiredName, replicas: z.int().min(0).max(MAX_REPLICAS) }),
    z.looseObject({ ...change, kind: z.literal("policy"), policy: requiredName }),
    z.looseObject({ ...change, kind: z.literal("config") }),
  ])
  .describe("A native change: a rollout, rollback, scaling, policy edit or configuration change");
