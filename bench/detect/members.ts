/** The panel taken apart: whose statistic raises the alarm, and on which stream. */
import { DETECTOR_NAMES } from "../../detectors/index.ts";
import type { Clipping } from "./watch-series.ts";

export interface Member {
  readonly name: string;
  /** Members, the deciding one first. */
  readonly detectors: readonly string[];
  readonly clipping?: Clipping;
}

const without = (...names: readonly string[]) => DETECTOR_NAMES.filter((name) => !names.includes(name));

/**
 * The mixture decides where it is a member; the others say whether they agree, and `focus` when it began. So a panel
 * without `focus`, `baseline` or `ewma` raises the same alarms, and what they could add shows when they decide.
 */
export const MEMBERS: readonly Member[] = [
  { name: "as shipped: mixture decides", detectors: DETECTOR_NAMES },
  { name: "without the companion stream", detectors: DETECTOR_NAMES, clipping: "none" },
  { name: "companion stream alone", detectors: DETECTOR_NAMES, clipping: "companion" },
  { name: "without mixture: focus decides", detectors: without("mixture") },
  { name: "baseline decides", detectors: ["baseline"] },
  { name: "ewma decides", detectors: ["ewma"] },
];
