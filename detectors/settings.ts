import type { DecidingStreams, PanelOptions } from "./contract.ts";
import type { Detector } from "./detector.ts";
import { focus } from "./focus.ts";
import { mixture } from "./mixture.ts";
import { detectorsNamed } from "./registry.ts";

/** Options of a panel, resolved once. */
export interface Settings {
  readonly options: PanelOptions;
  /** Members asked for, in order of preference. */
  readonly members: readonly Detector[];
  /** All that are stepped: the members, and FOCuS in any case because onset and size come from it. */
  readonly stepped: readonly Detector[];
  /** The member whose evidence raises the alarm: the mixture where it is a member, else the one preferred most. */
  readonly decider: Detector;
  /** The same as a list: what goes on while an incident is open. */
  readonly alone: readonly Detector[];
  /** The streams whose evidence raises it. */
  readonly decidedBy: DecidingStreams;
}

export function settingsOf(options: PanelOptions): Settings {
  const members = detectorsNamed(options.detectors);
  const stepped = members.includes(focus) ? members : [...members, focus];
  const decider = members.includes(mixture) ? mixture : (members[0] ?? mixture);
  return { options, members, stepped, decider, alone: [decider], decidedBy: options.decidedBy ?? "both" };
}
