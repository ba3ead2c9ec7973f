/**
 * Calico in its three tellings: flow logs of Enterprise and Cloud, flows pushed by Goldmane, and Whisker's JSON. All
 * are aggregates over a time window: one record is many connections, spread over the window it covers.
 */
import type { Outcome, ParseContext, PushSource } from "../ports/source.ts";
import { spreadFlow } from "./calico-flow.ts";
import { readFlowLog } from "./calico-flow-log.ts";
import { readGoldmane, readWhisker } from "./calico-goldmane.ts";
import { ignored, rejected, violations } from "./outcomes.ts";
import { isObject, type JsonObject, objectAt } from "./record-fields.ts";

export const calicoSource: PushSource = { name: "calico", accepts: "events", recognizes, parse };

type Telling = "flow-log" | "goldmane" | "whisker";

function tellingOf(record: JsonObject): Telling | undefined {
  if (goldmaneFlow(record) !== undefined) return "goldmane";
  if (!Object.hasOwn(record, "reporter") || !Object.hasOwn(record, "action")) return undefined;
  if (Object.hasOwn(record, "source_name_aggr") || Object.hasOwn(record, "dest_name_aggr")) return "flow-log";
  if (Object.hasOwn(record, "num_flows") || Object.hasOwn(record, "num_flows_started")) return "flow-log";
  return Object.hasOwn(record, "source_name") && Object.hasOwn(record, "dest_name") ? "whisker" : undefined;
}

/** The flow itself, or inside the `{"id": …, "flow": …}` of a stream. */
function goldmaneFlow(record: JsonObject): JsonObject | undefined {
  for (const flow of [record, objectAt(record, "flow")]) {
    const key = flow === undefined ? undefined : (objectAt(flow, "Key") ?? objectAt(flow, "key"));
    if (key !== undefined && (Object.hasOwn(key, "source_name") || Object.hasOwn(key, "dest_name"))) return flow;
  }
  return undefined;
}

function recognizes(record: unknown): boolean {
  return isObject(record) && tellingOf(record) !== undefined;
}

function parse(record: unknown, context: ParseContext): readonly Outcome[] {
  if (!isObject(record)) return rejected("not_an_object", "A Calico flow is a JSON object.");
  const telling = tellingOf(record);
  if (telling === undefined)
    return rejected("missing_field", "neither a flow log (reporter, action, *_name_aggr) nor a Goldmane flow (Key)");
  const reading =
    telling === "goldmane"
      ? readGoldmane(goldmaneFlow(record) ?? record)
      : telling === "whisker"
        ? readWhisker(record)
        : readFlowLog(record);
  if ("ignored" in reading) return ignored(reading.ignored);
  if ("invalid" in reading) return rejected(reading.missing ? "missing_field" : "invalid_field", reading.invalid);
  return violations(spreadFlow(reading, context));
}
