/** Rate-spike detection as a library: counts in, verdicts out. See contract.ts. */
export { DEFAULT_LN_THRESHOLD, thresholdAtMoments, thresholdPerFleet, thresholdPerSeries } from "./budget.ts";
export type * from "./contract.ts";
export type { Detector, Opinion } from "./detector.ts";
export { createPanel } from "./panel.ts";
export { DETECTOR_NAMES, DETECTORS } from "./registry.ts";
export type { StreamStretch, Stretch } from "./stretch.ts";
