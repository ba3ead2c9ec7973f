import { describe, expect, it } from "vitest";
import { createPanel, DETECTOR_NAMES, type PanelState } from "../../../detectors/index.ts";
import { decodeState, StateWriter } from "../../../src/pipeline/series-state.ts";

const START = Date.parse("2026-01-05T00:00:00Z");
const MINUTE = 60_000;
const panel = createPanel({ lnThreshold: 9, minRatio: 3, minEvents: 5, noiseFactor: 1.5, detectors: DETECTOR_NAMES });

describe("the writer of states", () => {
  it("writes every state of a series as JSON would, through warm-up, a clipped flood, its incident and its end", () => {
    const writer = new StateWriter();
    const keys = new Set<string>();
    let state: PanelState | undefined;
    for (let minute = 0; minute < 1200; minute++) {
      const flood = minute > 900 && minute < 940;
      const count = flood ? 50 : minute % 3;
      const sample = { at: START + minute * MINUTE, width: MINUTE, count, clipped: Math.min(3, count), exposure: 60 };
      state = panel.step(state, sample).state;
      const end = sample.at + MINUTE;
      expect(writer.write({ panel: state, end })).toBe(JSON.stringify({ v: 1, e: end, p: state }));
      for (const key in state) keys.add(key);
    }
    expect([...keys]).toEqual(expect.arrayContaining(["m", "e", "i", "k"]));
  });

  it("is read again as it was written; another version is not read at all", () => {
    const { state } = panel.step(undefined, { at: START, width: MINUTE, count: 1, clipped: 1, exposure: 60 });
    const text = new StateWriter().write({ panel: state, end: START + MINUTE });
    expect(decodeState(text)).toEqual({ panel: state, end: START + MINUTE });
    expect(decodeState(text.replace('"v":1', '"v":2'))).toBeUndefined();
  });
});
