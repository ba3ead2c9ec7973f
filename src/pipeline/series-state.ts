/** What the evaluator keeps per series between ticks: the detectors' state and where it ended. */
import type { PanelState } from "../../detectors/contract.ts";

export interface SeriesState {
  readonly panel: PanelState;
  /** End of the last sample stepped, milliseconds. */
  readonly end: number;
}

/**
 * Writes the states of one series one after the other: what is the same object in the next state is not written again.
 * Most of a state is, since it is learned every ten minutes and judged every ten seconds. The text is JSON: a version, the
 * end, the panel's own versioned state.
 */
export class StateWriter {
  #last: PanelState | undefined;
  readonly #texts: Record<string, string> = {};

  write({ panel, end }: SeriesState): string {
    const last = this.#last;
    const texts = this.#texts;
    let text = `{"v":1,"e":${end},"p":{`;
    let separator = "";
    for (const key in panel) {
      const value = panel[key];
      if (value === undefined) continue;
      let own = texts[key];
      if (own === undefined || last?.[key] !== value) {
        own = `"${key}":${JSON.stringify(value)}`;
        texts[key] = own;
      }
      text += separator + own;
      separator = ",";
    }
    this.#last = panel;
    return `${text}}}`;
  }
}

/** Undefined when the text is not a state this version can read: the series then starts afresh. */
export function decodeState(text: string): SeriesState | undefined {
  const value = JSON.parse(text) as { v?: unknown; e?: unknown; p?: unknown };
  if (value.v !== 1 || typeof value.e !== "number" || typeof value.p !== "object" || value.p === null) return undefined;
  return { panel: value.p as PanelState, end: value.e };
}
