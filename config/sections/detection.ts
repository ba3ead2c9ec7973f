import { z } from "zod";
import { DETECTOR_NAMES } from "../../detectors/registry.ts";
import { duration, matchers } from "../scalars.ts";

const BUDGET = /^(\d+(?:\.\d+)?) per (?:(\d+(?:\.\d+)?) )?(series|fleet)-weeks?$/;

/** Accepted false alarms a week: of each series, or of all live series together. */
export interface FalseAlarmBudget {
  readonly rate: number;
  readonly per: "series" | "fleet";
}

export const SENSITIVITIES = ["strict", "balanced", "sensitive"] as const;

/** Reads `1 per 1000 series-weeks` and `1 per fleet-week`; undefined when the text is not of that form. */
export function parseFalseAlarms(text: string): FalseAlarmBudget | undefined {
  const match = BUDGET.exec(text.trim().replace(/\s+/g, " "));
  if (!match) return undefined;
  const rate = Number(match[1]) / Number(match[2] ?? 1);
  if (!Number.isFinite(rate) || rate <= 0) return undefined;
  return { rate, per: match[3] === "fleet" ? "fleet" : "series" };
}

const falseAlarms = z
  .string()
  .transform((text, context) => {
    const budget = parseFalseAlarms(text);
    if (budget !== undefined) return budget;
    context.addIssue({
      code: "custom",
      message: `${JSON.stringify(text)} is not a budget of false alarms`,
      params: { suggestion: "write for example 1 per 1000 series-weeks, or 1 per fleet-week" },
    });
    return z.NEVER;
  })
  .meta({
    description:
      "Accepted false alarms; the alarm threshold follows from it. Of each series, or (fleet-weeks) of all live series together: the threshold then rises with their number, and of each pod three events a minute count.",
    examples: ["1 per 1000 series-weeks", "1 per fleet-week"],
  });

const minRatio = z.number().min(1).describe("An alarm needs at least this ratio of observed to expected events.");
const minEvents = z.number().int().min(1).describe("An alarm needs at least this many events since its onset.");
const detectors = z.array(z.enum(DETECTOR_NAMES)).min(1).describe("Members of the detector panel, in order of preference.");
const sensitivity = z
  .enum(SENSITIVITIES)
  .describe("Allowance for slow noise: strict (fewest false alarms), balanced, sensitive (finds smaller spikes).");

export const detectionSection = z
  .strictObject({
    false_alarms: falseAlarms.prefault("1 per 1000 series-weeks"),
    min_ratio: minRatio.default(3),
    min_events: minEvents.default(10),
    sensitivity: sensitivity.default("strict"),
    detectors: detectors.optional().describe("Members of the detector panel, in order of preference. (Default: all)"),
    overrides: z
      .array(
        z.strictObject({
          match: matchers("Series this applies to; all matchers must hold. The first override that matches wins."),
          false_alarms: falseAlarms.optional(),
          min_ratio: minRatio.optional(),
          min_events: minEvents.optional(),
          sensitivity: sensitivity.optional(),
          detectors: detectors.optional(),
          enabled: z.boolean().describe("False: count, but never alert.").default(true),
        }),
      )
      .describe("Other values for some series.")
      .default([]),
  })
  .describe("When a rate is a spike.");

const probability = z.number().gt(0).lt(1);

export const correlationSection = z
  .strictObject({
    lookback: duration("How long before the onset a change may be its cause.", 60_000).prefault("60m"),
    asserted_at: probability.describe("From this probability on the message may say that the change caused it.").default(0.8),
    likely_at: probability.describe("From this probability on the suspect is called likely.").default(0.5),
  })
  .describe("Attribution of spikes to changes.");

export const alertsSection = z
  .strictObject({
    reopen_within: duration("A cause that comes back this soon re-opens its alert instead of making a new one.").prefault("30m"),
    update_every: duration("At most one update of an alert in this time; what happened meanwhile is told together.").prefault(
      "1m",
    ),
    stale_after: duration("An open series that is not reported for this long is taken as ended.").prefault("1h"),
    worse_factor: z.number().gt(1).describe("A series is worse when its ratio is this many times what was last told.").default(2),
    silence_notice: duration(
      "How long before a silence ends those it keeps quiet are told, if the alert still fires; at most half its length. 0s: never.",
    ).prefault("15m"),
    runbook_url: z.string().optional().describe("Link shown in alerts; {policy} is replaced by the policy's name."),
  })
  .describe("The life of an alert.");
