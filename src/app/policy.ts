/** What the configuration says, in the terms of the pipeline. */
import type { Config } from "../../config/schema.ts";
import type { PanelOptions } from "../../detectors/index.ts";
import { DETECTOR_NAMES, thresholdAtMoments, thresholdPerFleet, thresholdPerSeries } from "../../detectors/index.ts";
import { DEFAULT_LIFECYCLE_POLICY, type LifecyclePolicy } from "../alerting/lifecycle/index.ts";
import type { StormPolicy } from "../alerting/routing/storm.ts";
import type { TierThresholds } from "../correlation/tier.ts";
import type { Severity } from "../domain/alert.ts";
import type { PanelRule } from "../pipeline/panels.ts";

/** Allowance for slow noise, in standard deviations (detectors/lambda-upper). */
const NOISE_FACTORS = { strict: 2.5, balanced: 1.5, sensitive: 0 } as const;
export type DetectionSettings = Pick<
  Config["detection"],
  "false_alarms" | "min_ratio" | "min_events" | "sensitivity" | "detectors"
>;

/** `liveSeries`: how many there are to share a budget of the fleet. */
export function panelOptions(settings: DetectionSettings, liveSeries: number): PanelOptions {
  const { rate, per } = settings.false_alarms;
  return {
    // One series seldom meets its first burst, or two at once; among very many there are always some that do.
    decidedBy: per === "fleet" ? "companion" : "both",
    lnThreshold: per === "fleet" ? thresholdPerFleet(rate, liveSeries) : thresholdPerSeries(rate, 1),
    minRatio: settings.min_ratio,
    minEvents: settings.min_events,
    noiseFactor: NOISE_FACTORS[settings.sensitivity],
    detectors: settings.detectors ?? DETECTOR_NAMES,
  };
}

/** Least ratio of a rise at a moment that is known beforehand. */
const RATIO_AT_MOMENTS = 2;

/** The same, for a rise at one of `moments` a week that are known beforehand. */
export function atMoments(options: PanelOptions, moments: number): PanelOptions {
  const { lnThreshold, minRatio } = options;
  return { ...options, lnThreshold: thresholdAtMoments(lnThreshold, moments), minRatio: Math.min(minRatio, RATIO_AT_MOMENTS) };
}

/** An override takes what it leaves out from the defaults; a disabled one can never reach its threshold. */
export function panelRules(detection: Config["detection"], liveSeries: number): readonly PanelRule[] {
  return detection.overrides.map((override) => {
    const options = panelOptions(
      {
        false_alarms: override.false_alarms ?? detection.false_alarms,
        min_ratio: override.min_ratio ?? detection.min_ratio,
        min_events: override.min_events ?? detection.min_events,
        sensitivity: override.sensitivity ?? detection.sensitivity,
        detectors: override.detectors ?? detection.detectors,
      },
      liveSeries,
    );
    return { match: override.match, options: override.enabled ? options : { ...options, lnThreshold: Number.POSITIVE_INFINITY } };
  });
}

/**
 * The configured probability applies once the verdict has settled; before that, and while single minutes speak, a margin
 * is added: 0.8 gives 0.85 from three minutes on, and 0.9 before.
 */
export function tierThresholds(correlation: Config["correlation"]): TierThresholds {
  const rest = 1 - correlation.asserted_at;
  return {
    assertedAt: correlation.asserted_at + rest / 4,
    assertedEarlyAt: correlation.asserted_at + rest / 2,
    likelyAt: correlation.likely_at,
  };
}

export function lifecyclePolicy(config: Config, externalUrl: string): LifecyclePolicy {
  const severities: readonly Severity[] = ["info", "warning", "error", "critical"];
  const regimes = new Map<string, Severity>();
  for (const { name, severity } of config.regimes) {
    const before = regimes.get(name);
    if (!before || severities.indexOf(severity) > severities.indexOf(before)) regimes.set(name, severity);
  }
  const { alerts } = config;
  return {
    ...DEFAULT_LIFECYCLE_POLICY,
    regimes,
    reopenWithin: alerts.reopen_within,
    updateEvery: alerts.update_every,
    staleAfter: alerts.stale_after,
    worseFactor: alerts.worse_factor,
    externalUrl,
    ...(alerts.runbook_url === undefined ? {} : { runbookUrl: alerts.runbook_url }),
  };
}

export function stormPolicy({ storm }: Config["delivery"]): StormPolicy {
  return { ...storm, above: storm.above === 0 ? Number.POSITIVE_INFINITY : storm.above };
}
