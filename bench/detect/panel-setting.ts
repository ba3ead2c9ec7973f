import { detectionSection } from "../../config/sections/detection.ts";
import { DETECTOR_NAMES, type PanelOptions } from "../../detectors/index.ts";
import { panelOptions } from "../../src/app/policy.ts";

/** One setting for everything: no ratio is too small to be found, the default threshold of a million minutes. */
export const BENCH_OPTIONS: PanelOptions = {
  lnThreshold: Math.log(1e6),
  minRatio: 1,
  minEvents: 5,
  noiseFactor: 2.5,
  detectors: DETECTOR_NAMES,
};

/** What a user has who configures nothing: one false alarm in a thousand series-weeks, a threefold rise, ten events. */
export const CONFIGURED: PanelOptions = panelOptions(detectionSection.parse({}), 1);
