import { describe, expect, it } from "vitest";
import { createPanel, DETECTOR_NAMES, type PanelState } from "../../../detectors/index.ts";
import { decodeState, encodeState } from "../../../src/pipeline/series-state.ts";

const START = Date.parse("2026-01-05T00:00:00Z");
const MINUTE = 60_000;
const panel = createPanel({ lnThreshold: 9, minRatio: 3, minEvents: 5, noiseFactor: 1.5, detectors: DETECTOR_NAMES });

describe("a stored state", () => {
  it("is read as it was written, through warm-up, a clipped flood, its incident and its end", () => {
    const keys = new Set<string>();
    let state: PanelState | undefined;
    for (let minute = 0; minute < 1200; minute++) {
      const flood = minute > 900 && minute < 940;
      const count = flood ? 50 : minute % 3;
      const sample = { at: START + minute * MINUTE, width: MINUTE, count, clipped: Math.min(3, count), exposure: 60 };
      state = panel.step(state, sample).state;
      const end = sample.at + MINUTE;
      expect(decodeState(encodeState({ panel: state, end }))).toEqual({ panel: state, end });
      for (const [key, value] of Object.entries(state)) if (value !== undefined) keys.add(key);
    }
    expect([...keys]).toEqual(expect.arrayContaining(["m", "e", "i", "k"]));
  });

  it("takes at most 400 bytes of a series with an event in five hours", () => {
    let state: PanelState | undefined;
    for (const hour of [0, 3, 9, 20, 21, 28, 33, 34, 47]) {
      const sample = { at: START + hour * 60 * MINUTE, width: MINUTE, count: 1, clipped: 1, exposure: 60, gapShare: 1 };
      state = panel.step(state, sample).state;
    }
    expect(encodeState({ panel: state ?? { v: 0 }, end: START }).length).toBeLessThanOrEqual(400);
  });

  it("is also read as JSON, as it was stored once; another version is not read at all", () => {
    const { state } = panel.step(undefined, { at: START, width: MINUTE, count: 1, clipped: 1, exposure: 60 });
    const text = JSON.stringify({ v: 1, e: START + MINUTE, p: state });
    expect(decodeState(text)).toEqual({ panel: state, end: START + MINUTE });
    expect(decodeState(text.replace('"v":1', '"v":2'))).toBeUndefined();
  });
});
