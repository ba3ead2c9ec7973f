/** What the evaluator keeps per series between ticks: the detectors' state and where it ended. */
import type { PanelState } from "../../detectors/contract.ts";
import { fromCompactText, toCompactText } from "./compact-text.ts";

export interface SeriesState {
  readonly panel: PanelState;
  /** End of the last sample stepped, milliseconds. */
  readonly end: number;
}

const VERSION = 1;

/** The state as it is stored: compact text of a version, the end, and the panel's own versioned state. */
export function encodeState({ panel, end }: SeriesState): string {
  return toCompactText([VERSION, end, panel]);
}

/** Undefined when the text is not a state this version can read: the series then starts afresh. */
export function decodeState(text: string): SeriesState | undefined {
  const [version, end, panel] = text.startsWith("{") ? fromJson(text) : (fromCompactText(text) as readonly unknown[]);
  if (version !== VERSION || typeof end !== "number" || typeof panel !== "object" || panel === null) return undefined;
  return { panel: panel as PanelState, end };
}

/** States were JSON before they were compact text. */
function fromJson(text: string): readonly unknown[] {
  const { v, e, p } = JSON.parse(text) as { v?: unknown; e?: unknown; p?: unknown };
  return [v, e, p];
}
