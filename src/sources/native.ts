/** Violations in Tenfold's own format. On the hot path: one pass over the keys, no schema library. */
import { normalizeDigest } from "../domain/digest.ts";
import type { Outcome, ParseContext, PushSource } from "../ports/source.ts";
import { readTime } from "./event-time.ts";
import { isNativeChange } from "./native-change.ts";
import { rejected, type ViolationDraft } from "./outcomes.ts";
import { isObject, type JsonObject, MAX_FIELD, MAX_MESSAGE } from "./record-fields.ts";
import { LabelBag, NO_LABELS } from "./sample-labels.ts";

/** Regimes one record may state. */
export const MAX_REGIMES = 32;
/** Largest `count` of one record: beyond it the record is more likely broken than busy. */
export const MAX_COUNT = 1_000_000_000;

export const nativeSource: PushSource = {
  name: "native",
  accepts: "events",
  recognizes: (record) => isObject(record) && isNativeViolation(record),
  parse,
};

function isNativeViolation(record: JsonObject): boolean {
  if (record.policy === undefined) return false;
  return (typeof record.policy === "string" || record.time !== undefined) && !isNativeChange(record);
}

function parse(record: unknown, context: ParseContext): readonly Outcome[] {
  if (!isObject(record)) return rejected("not_an_object", "A violation is a JSON object.");
  const time = readTime(record.time);
  if (time === undefined) {
    if (record.time === undefined || record.time === null) return rejected("missing_field", "time is missing");
    return rejected("invalid_field", "time is neither RFC 3339 nor a number of seconds to nanoseconds");
  }
  const violation: ViolationDraft = {
    time,
    receivedAt: context.now,
    policy: "",
    engine: "native",
    regimes: [],
    action: "deny",
    cluster: context.cluster,
    namespace: "",
    count: 1,
    labels: NO_LABELS,
    quality: "exact",
  };
  let bag: LabelBag | undefined;
  // One case per field: a store by computed name would cost more than all the rest.
  for (const key in record) {
    const value = record[key];
    if (value === undefined || value === null) continue;
    switch (key) {
      case "time":
        break;
      case "policy":
        if (!isName(value)) return notName(key);
        if (value !== "") violation.policy = value;
        break;
      case "engine":
        if (!isName(value)) return notName(key);
        if (value !== "") violation.engine = value;
        break;
      case "cluster":
        if (!isName(value)) return notName(key);
        if (value !== "") violation.cluster = value;
        break;
      case "namespace":
        if (!isName(value)) return notName(key);
        if (value !== "") violation.namespace = value;
        break;
      case "id":
        if (!isName(value)) return notName(key);
        if (value !== "") violation.id = value;
        break;
      case "workload":
        if (!isName(value)) return notName(key);
        if (value !== "") violation.workload = value;
        break;
      case "pod":
        if (!isName(value)) return notName(key);
        if (value !== "") violation.pod = value;
        break;
      case "container":
        if (!isName(value)) return notName(key);
        if (value !== "") violation.container = value;
        break;
      case "image":
        if (!isName(value)) return notName(key);
        if (value !== "") violation.image = value;
        break;
      case "serviceAccount":
        if (!isName(value)) return notName(key);
        if (value !== "") violation.serviceAccount = value;
        break;
      case "peer":
        if (!isName(value)) return notName(key);
        if (value !== "") violation.peer = value;
        break;
      case "enforcedBy":
        if (!isName(value)) return notName(key);
        if (value !== "") violation.enforcedBy = value;
        break;
      case "decidedBy":
        if (!isName(value)) return notName(key);
        if (value !== "") violation.decidedBy = value;
        break;
      case "message":
        if (typeof value !== "string") return rejected("invalid_field", `${key} is not text`);
        if (value !== "") violation.message = value.length > MAX_MESSAGE ? value.slice(0, MAX_MESSAGE) : value;
        break;
      case "digest": {
        if (typeof value !== "string") return rejected("invalid_field", `${key} is not text`);
        const digest = isPlainDigest(value) ? value : normalizeDigest(value);
        if (digest !== undefined) violation.digest = digest;
        else if (value !== "") return rejected("invalid_field", "digest is not sha256: with 64 hex digits");
        break;
      }
      case "action":
        if (value !== "deny" && value !== "audit" && value !== "warn" && value !== "alert")
          return rejected("invalid_field", "action is none of deny, audit, warn, alert");
        violation.action = value;
        break;
      case "count":
        if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > MAX_COUNT)
          return rejected("invalid_field", `count is not a whole number from 1 to ${MAX_COUNT}`);
        violation.count = value;
        break;
      case "regimes":
        if (!isRegimeList(value)) return rejected("invalid_field", `regimes is not a list of at most ${MAX_REGIMES} names`);
        violation.regimes = value;
        break;
      case "labels":
        if (!isObject(value)) return rejected("invalid_field", "labels is not an object");
        bag ??= new LabelBag();
        for (const name in value) bag.add(name, value[name]);
        break;
      default:
        bag ??= new LabelBag();
        bag.add(key, value);
    }
  }
  if (violation.policy.trim() === "") return rejected("missing_field", "policy is missing or blank");
  if (bag !== undefined) violation.labels = bag.done();
  return [{ type: "violation", violation }];
}

function isRegimeList(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || value.length > MAX_REGIMES) return false;
  return value.every((regime) => typeof regime === "string" && regime !== "" && regime.length <= MAX_FIELD);
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_FIELD;
}

/** True for what needs no normalizing, which is nearly every digest. */
function isPlainDigest(text: string): boolean {
  if (text.length !== 71 || !text.startsWith("sha256:")) return false;
  for (let i = 7; i < 71; i++) {
    const code = text.charCodeAt(i);
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) return false;
  }
  return true;
}

function notName(field: string): readonly Outcome[] {
  return rejected("invalid_field", `${field} is not text of at most ${MAX_FIELD} characters`);
}
