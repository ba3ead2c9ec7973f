/**
 * Falco and Falcosidekick: one JSON object per event. Falco only detects, so every event is an `alert`. Which
 * `output_fields` there are depends on the rule, and any of them may be null, `""` or `<NA>`. Nothing is read from the
 * `output` text: it quotes command lines, and whoever writes a command line could choose the subject.
 */
import type { Outcome, ParseContext, PushSource } from "../ports/source.ts";
import { readTime } from "./event-time.ts";
import { falcoField, readSubject } from "./falco-fields.ts";
import { ignored, lostEvents, rejected, type ViolationDraft } from "./outcomes.ts";
import { isObject, type JsonObject, messageOf, objectAt, textAt, textOf } from "./record-fields.ts";
import { LabelBag } from "./sample-labels.ts";

/** Reason of Falco's own record that the kernel gave it more system calls than it could read. */
const DROPPED = "falco-dropped-events";
const NO_FIELDS: JsonObject = {};
const CLUSTER_FIELDS = ["cluster", "cluster_name", "clusterName", "k8s.cluster.name", "k8s.cluster"] as const;

export const falcoSource: PushSource = { name: "falco", accepts: "events", recognizes, parse };

function recognizes(record: unknown): boolean {
  if (!isObject(record) || ruleOf(record) === undefined) return false;
  if (objectAt(record, "output_fields") !== undefined) return true;
  return typeof record.priority === "string" && typeof (record.output ?? record.source ?? record.hostname) === "string";
}

function ruleOf(record: JsonObject): string | undefined {
  const rule = record.rule ?? record.Rule;
  return typeof rule === "string" ? textOf(rule) : undefined;
}

function parse(record: unknown, context: ParseContext): readonly Outcome[] {
  if (!isObject(record)) return rejected("not_an_object", "A Falco event is a JSON object.");
  const rule = ruleOf(record);
  if (rule === undefined) return rejected("missing_field", "rule is missing");
  const own = ownRecord(rule, record);
  if (own === DROPPED) return lostEvents(own, textOf(falcoField(objectAt(record, "output_fields") ?? NO_FIELDS, "n_drops")));
  if (own !== undefined) return ignored(own);
  const stated = record.time ?? undefined;
  const time = readTime(stated);
  if (time === undefined)
    return rejected(stated === undefined ? "missing_field" : "invalid_field", "time is missing or not a time");
  const fields = objectAt(record, "output_fields") ?? NO_FIELDS;
  const violation: ViolationDraft = {
    time,
    receivedAt: context.now,
    policy: rule,
    engine: "falco",
    regimes: [],
    action: "alert",
    cluster: clusterOf(record, fields) ?? context.cluster,
    namespace: "",
    count: 1,
    labels: {},
    quality: "exact",
  };
  // Only Falcosidekick gives ids; a CloudEvents wrapper may have added its own.
  const id = textAt(record, "uuid") ?? textAt(record, "id");
  if (id !== undefined) violation.id = id;
  const node = textAt(record, "hostname");
  if (node !== undefined) violation.enforcedBy = node;
  const message = messageOf(record.output);
  if (message !== undefined) violation.message = message;
  const bag = new LabelBag();
  labelEvent(record, bag);
  readSubject(fields, violation, bag);
  violation.labels = bag.done();
  return [{ type: "violation", violation }];
}

/** Why an event is about Falco itself and not about a workload; undefined when it is about a workload. */
function ownRecord(rule: string, record: JsonObject): string | undefined {
  const name = rule.toLowerCase();
  if (name.startsWith("falco internal")) return name.includes("drop") ? DROPPED : "falco-internal";
  if (name === "test rule") return "falco-test";
  return record.source === "internal" ? "falco-internal" : undefined;
}

function clusterOf(record: JsonObject, fields: JsonObject): string | undefined {
  for (const name of CLUSTER_FIELDS) {
    const cluster = textOf(falcoField(fields, name)) ?? textAt(record, name);
    if (cluster !== undefined) return cluster;
  }
  return undefined;
}

/** `tags` is the comma-joined list, so that a regime matcher such as `tags=~".*PCI_DSS.*"` finds "PCI" rules. */
function labelEvent(record: JsonObject, bag: LabelBag): void {
  bag.add("priority", textAt(record, "priority")?.toLowerCase());
  bag.add("source", textAt(record, "source"));
  if (!Array.isArray(record.tags)) return;
  const tags = record.tags.filter((tag) => typeof tag === "string" && tag !== "");
  bag.add("tags", tags.join(","));
}
