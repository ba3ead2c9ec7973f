/** What the evaluator keeps per series between ticks: the detectors' state and where it ended. */
import type { PanelState } from "../../detectors/contract.ts";

export interface SeriesState {
  readonly panel: PanelState;
  /** End of the last sample stepped, milliseconds. */
  readonly end: number;
}

/** Stored form: a version, the end, the panel's own versioned state. */
export function encodeState(state: SeriesState): string {
  return JSON.stringify({ v: 1, e: state.end, p: state.panel });
}

/** Undefined when the text is not a state this version can read: the series then starts afresh. */
export function decodeState(text: string): SeriesState | undefined {
  const value = JSON.parse(text) as { v?: unknown; e?: unknown; p?: unknown };
  if (value.v !== 1 || typeof value.e !== "number" || typeof value.p !== "object" || value.p === null) return undefined;
  return { panel: value.p as PanelState, end: value.e };
}
