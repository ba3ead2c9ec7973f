/** Changes in Tenfold's own format. */
import type { Change, ChangeKind, ChangePhase } from "../domain/change.ts";
import { normalizeDigest } from "../domain/digest.ts";
import { shortId } from "../domain/ids.ts";
import { formatTime } from "../domain/time.ts";
import type { Outcome, ParseContext, PushSource } from "../ports/source.ts";
import { readTime } from "./event-time.ts";
import { rejected } from "./outcomes.ts";
import { isObject, type JsonObject, MAX_FIELD } from "./record-fields.ts";

const KINDS: ReadonlySet<unknown> = new Set<ChangeKind>(["rollout", "rollback", "scale", "policy", "config"]);
const PHASES: ReadonlySet<unknown> = new Set<ChangePhase>(["started", "progressing", "finished"]);
const TEXT_FIELDS = [
  "cluster",
  "namespace",
  "workload",
  "container",
  "image",
  "previousImage",
  "policy",
  "actor",
  "revision",
  "url",
] as const;
const DIGEST_FIELDS = ["digest", "previousDigest"] as const;
const COUNT_FIELDS = ["replicas", "previousReplicas"] as const;
/** Largest replica count believed. */
export const MAX_REPLICAS = 1_000_000;

export const nativeChangeSource: PushSource = {
  name: "native",
  accepts: "changes",
  recognizes: (record) => isObject(record) && isNativeChange(record),
  parse,
};

/** A violation may carry a label called `kind`; only a change has one of these kinds and no action. */
export function isNativeChange(record: JsonObject): boolean {
  if (record.kind === undefined) return false;
  return KINDS.has(record.kind) && !Object.hasOwn(record, "action") && !Object.hasOwn(record, "apiVersion");
}

type Draft = { -readonly [Key in keyof Change]: Change[Key] };

function parse(record: unknown, context: ParseContext): readonly Outcome[] {
  if (!isObject(record)) return rejected("not_an_object", "A change is a JSON object.");
  const time = readTime(record.time);
  if (time === undefined) {
    if (record.time === undefined || record.time === null) return rejected("missing_field", "time is missing");
    return rejected("invalid_field", "time is neither RFC 3339 nor a number of seconds to nanoseconds");
  }
  const kind = record.kind ?? undefined;
  if (kind === undefined) return rejected("missing_field", "kind is missing");
  if (!isKind(kind)) return rejected("invalid_field", `kind is none of ${[...KINDS].join(", ")}`);
  const phase = record.phase ?? "started";
  if (!isPhase(phase)) return rejected("invalid_field", `phase is none of ${[...PHASES].join(", ")}`);
  const change: Draft = {
    id: "",
    time,
    receivedAt: context.now,
    kind,
    phase,
    cluster: context.cluster,
    namespace: "",
    source: "native",
  };
  const problem = readFields(record, change) ?? missingField(change);
  if (problem !== undefined) return problem;
  change.id = idOf(change);
  return [{ type: "timeline", record: { type: "change", change } }];
}

function readFields(record: JsonObject, change: Draft): readonly Outcome[] | undefined {
  for (const key of TEXT_FIELDS) {
    const value = record[key] ?? undefined;
    if (value === undefined || value === "") continue;
    if (typeof value !== "string") return rejected("invalid_field", `${key} is not text`);
    if (value.length > MAX_FIELD) return rejected("invalid_field", `${key} is longer than ${MAX_FIELD} characters`);
    change[key] = value;
  }
  for (const key of DIGEST_FIELDS) {
    const value = record[key] ?? undefined;
    if (value === undefined || value === "") continue;
    const digest = typeof value === "string" ? normalizeDigest(value) : undefined;
    if (digest === undefined) return rejected("invalid_field", `${key} is not sha256: with 64 hex digits`);
    change[key] = digest;
  }
  for (const key of COUNT_FIELDS) {
    const value = record[key] ?? undefined;
    if (value === undefined) continue;
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > MAX_REPLICAS)
      return rejected("invalid_field", `${key} is not a whole number from 0 to ${MAX_REPLICAS}`);
    change[key] = value;
  }
  const restart = record.restart ?? undefined;
  if (restart === undefined) return undefined;
  if (typeof restart !== "boolean") return rejected("invalid_field", "restart is neither true nor false");
  change.restart = restart;
  return undefined;
}

/** What a kind cannot do without: without it no spike could ever be explained by the change. */
function missingField(change: Change): readonly Outcome[] | undefined {
  const { kind } = change;
  if (kind === "policy") return change.policy === undefined ? missing(kind, "policy") : undefined;
  if (kind !== "config" && change.workload === undefined) return missing(kind, "workload");
  if (kind === "scale" && change.replicas === undefined) return missing(kind, "replicas");
  return undefined;
}

function missing(kind: ChangeKind, field: string): readonly Outcome[] {
  return rejected("missing_field", `${field} is missing, which a ${kind} needs`);
}

function isKind(value: unknown): value is ChangeKind {
  return KINDS.has(value);
}

function isPhase(value: unknown): value is ChangePhase {
  return PHASES.has(value);
}

function idOf(change: Change): string {
  return shortId([
    "change",
    change.source,
    formatTime(change.time),
    change.kind,
    change.phase,
    change.cluster,
    change.namespace,
    change.workload ?? "",
    change.container ?? "",
    change.image ?? "",
    change.digest ?? "",
    change.previousDigest ?? "",
    change.policy ?? "",
    String(change.replicas ?? ""),
    String(change.previousReplicas ?? ""),
    change.revision ?? "",
  ]);
}
