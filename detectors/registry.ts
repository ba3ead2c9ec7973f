/** The detectors there are. A new one needs its file and its line here. */
import { baseline } from "./baseline.ts";
import type { Detector } from "./detector.ts";
import { ewma } from "./ewma.ts";
import { focus } from "./focus.ts";
import { mixture } from "./mixture.ts";

export const DETECTORS: readonly Detector[] = [mixture, focus, baseline, ewma];

/** Names, best first: the default of the panel. */
export const DETECTOR_NAMES: readonly string[] = DETECTORS.map((detector) => detector.name);

/** Detectors by name, in the order asked for. Throws a RangeError for a name there is not, or for no name at all. */
export function detectorsNamed(names: readonly string[]): readonly Detector[] {
  if (names.length === 0) throw new RangeError("a panel needs at least one detector");
  return names.map((name) => {
    const found = DETECTORS.find((detector) => detector.name === name);
    if (!found) throw new RangeError(`there is no detector "${name}"; there are ${DETECTOR_NAMES.join(", ")}`);
    return found;
  });
}
