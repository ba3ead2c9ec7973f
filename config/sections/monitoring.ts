import { z } from "zod";
import { duration } from "../scalars.ts";
import { needsSecret, secret, urlIsHttp } from "../secrets.ts";
import { SOURCE_NAMES } from "./sources.ts";

const blind = z
  .strictObject({
    enabled: z.boolean().describe("Alert when something cannot be seen, judged or told.").default(true),
    severity: z.enum(["critical", "error", "warning", "info"]).describe("Severity of these alerts.").default("error"),
    expect: z
      .array(
        z.strictObject({
          source: z.enum(SOURCE_NAMES).exclude(["auto"]).describe("Source that sends."),
          cluster: z
            .string()
            .min(1)
            .optional()
            .describe("Cluster whose violations it must send. (Default: anything from it counts)"),
          every: duration("Longest silence that is normal.", 1000),
        }),
      )
      .describe("Sources that must not fall silent.")
      .default([]),
    learn_after: duration(
      "How long a source must be known before it is expected to go on as it did: silence three times as long as ever, at least 30 minutes, is then told. 0s: nothing is learned.",
    ).prefault("7d"),
    evaluator_lag: duration("Evaluation further behind than this, for two minutes, is told.", 30_000).prefault("5m"),
    lost_events: z
      .number()
      .int()
      .min(0)
      .describe("Events lost at a source, by its own word, from which on it is told. 0: never.")
      .default(1),
  })
  .describe("Being blind is an alert: label kind=blind.");

const canary = z
  .strictObject({
    every: duration("How often an invented violation is sent the whole way.", 60_000).prefault("24h"),
    within: duration("Time in which every receiver must have been told; later is a failure.", 10_000).prefault("10m"),
    receivers: z.array(z.string().min(1)).min(1).optional().describe("Receivers that are told of it. (Default: all)"),
  })
  .describe("Tests the way from a record through detection to every receiver. Its messages are marked as canary, severity info.");

const heartbeat = z
  .strictObject({
    ...secret("url", "Where to send: a service that raises an alarm when nothing comes. Often a secret itself."),
    method: z.enum(["POST", "GET"]).describe("HTTP method.").default("POST"),
    every: duration("How often.", 1000).prefault("1m"),
    timeout: duration("Longest time for one request.", 100).prefault("10s"),
  })
  .superRefine(needsSecret("url"))
  .superRefine(urlIsHttp)
  .describe("Dead man's heartbeat: sent while the daemon evaluates and reaches its store, and not otherwise.");

export const monitoringSection = z
  .strictObject({
    blind: blind.prefault({}),
    canary: canary.optional(),
    heartbeat: heartbeat.optional(),
  })
  .describe("How Tenfold watches itself.");
