import { z } from "zod";
import { PRESET_NAMES, presets } from "../presets/index.ts";
import { matchers, name } from "../scalars.ts";

export const SEVERITIES = ["critical", "error", "warning", "info"] as const;

const severity = z.enum(SEVERITIES);

const regime = z
  .strictObject({
    name: name("Name of the regime, e.g. pci.").optional(),
    preset: z.enum(PRESET_NAMES).optional().describe("Use the matchers of a built-in regime."),
    match: matchers(
      "Violations that belong to it; all matchers must hold. Several entries of one name are alternatives.",
    ).optional(),
    severity: severity.optional().describe("Severity of its alerts. (Default: the preset's, or error)"),
  })
  .superRefine((value, context) => {
    if (value.preset === undefined && (value.name === undefined || value.match === undefined)) {
      const missing = value.name === undefined ? "name" : "match";
      context.addIssue({
        code: "custom",
        message: `a regime needs ${missing}`,
        params: { suggestion: `add ${missing}:, or preset: with one of ${PRESET_NAMES.join(", ")}` },
      });
    }
    if (value.match?.length === 0) {
      context.addIssue({ code: "custom", path: ["match"], message: "match is empty: the regime would hold every violation" });
    }
  });

/** One alternative of a regime, as the program uses it. */
export interface Regime {
  readonly name: string;
  readonly match: readonly string[];
  readonly severity: (typeof SEVERITIES)[number];
}

export const regimesSection = z
  .array(regime)
  .transform((entries) => entries.flatMap(expand))
  .describe("Compliance regimes: which violations they hold, and how severe their alerts are. (Default: all presets)");

function expand(entry: z.output<typeof regime>): readonly Regime[] {
  const preset = entry.preset === undefined ? undefined : presets[entry.preset];
  const alternatives = entry.match ? [entry.match] : (preset?.alternatives ?? []);
  const severity = entry.severity ?? preset?.severity ?? "error";
  const own = entry.name ?? entry.preset ?? "";
  return alternatives.map((match) => ({ name: own, match, severity }));
}

/** What an absent `regimes` means: every preset. */
export const DEFAULT_REGIMES = PRESET_NAMES.map((preset) => ({ preset }));
