/**
 * The configuration: the one description from which validation, defaults, types, documentation and the JSON Schema come.
 * Every key has a default, so an empty file is valid; unknown keys are errors. Durations are milliseconds and sizes are
 * bytes in the program.
 */
import { z } from "zod";
import { deliverySection, receiverSchema } from "./receivers.ts";
import { alertsSection, correlationSection, detectionSection } from "./sections/detection.ts";
import { monitoringSection } from "./sections/monitoring.ts";
import { DEFAULT_REGIMES, regimesSection } from "./sections/regimes.ts";
import { inhibitRule, routeSection } from "./sections/route.ts";
import { limitsSection, serverSection } from "./sections/server.ts";
import { sourcesSection } from "./sections/sources.ts";
import { bucketsSection, storeSection } from "./sections/store.ts";
import { timeInterval } from "./time-intervals.ts";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"] as const;

export const configSchema = z
  .strictObject({
    cluster: z.string().min(1).max(200).describe("Cluster of records that do not name one.").default("default"),
    server: serverSection.prefault({}),
    store: storeSection.prefault({}),
    buckets: bucketsSection.prefault({}),
    limits: limitsSection.prefault({}),
    regimes: regimesSection.prefault(DEFAULT_REGIMES),
    detection: detectionSection.prefault({}),
    correlation: correlationSection.prefault({}),
    alerts: alertsSection.prefault({}),
    receivers: z
      .array(receiverSchema)
      .describe("Who can be told. (Default: one receiver named console, which prints)")
      .prefault([{ name: "console", console: [{}] }]),
    route: routeSection.prefault({}),
    delivery: deliverySection.prefault({}),
    inhibit_rules: z.array(inhibitRule).describe("Which alerts mute which.").default([]),
    time_intervals: z.array(timeInterval).describe("Named time intervals.").default([]),
    audit: z
      .strictObject({
        path: z.string().min(1).optional().describe("File of the audit journal. Without it none is written."),
      })
      .describe("The audit journal: every transition and operator action, hash-chained.")
      .prefault({}),
    sources: sourcesSection.prefault({}),
    monitoring: monitoringSection.prefault({}),
    log: z
      .strictObject({ level: z.enum(LOG_LEVELS).describe("Least severe level that is logged.").default("info") })
      .describe("The daemon's log, JSON lines on standard error.")
      .prefault({}),
  })
  .transform((config) => ({
    ...config,
    route: { ...config.route, receiver: config.route.receiver ?? config.receivers[0]?.name ?? "" },
  }));

/** The checked configuration with all defaults. */
export type Config = z.output<typeof configSchema>;
export type Receiver = Config["receivers"][number];
export type TokenConfig = Config["server"]["tokens"][number];

/** JSON Schema of the file as people write it, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return {
    $id: "https://tenfold.dev/schemas/config.json",
    title: "Tenfold configuration",
    ...z.toJSONSchema(configSchema, { io: "input", target: "draft-2020-12" }),
  };
}
