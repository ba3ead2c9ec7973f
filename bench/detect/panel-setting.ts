import { DETECTOR_NAMES, type PanelOptions } from "../../detectors/index.ts";

/** One setting for everything: no ratio is too small to be found, the default threshold of a million minutes. */
export const BENCH_OPTIONS: PanelOptions = {
  lnThreshold: Math.log(1e6),
  minRatio: 1,
  minEvents: 5,
  noiseFactor: 2.5,
  detectors: DETECTOR_NAMES,
};
