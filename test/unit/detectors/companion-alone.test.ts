import { describe, expect, test } from "vitest";
import { createPanel, DETECTOR_NAMES, type DecidingStreams } from "../../../detectors/index.ts";
import { DAY, feed, HOUR, MINUTE, OPTIONS, START } from "./series.ts";

/** A series with an event in a hundred minutes, known for six days. */
const NOW = START + 6 * DAY;
const learned = feed(createPanel(OPTIONS), undefined, { from: START, to: NOW, width: MINUTE, rate: () => 0.01, seed: 31 }).state;

describe("a budget that series share", () => {
  const verdicts = (decidedBy: DecidingStreams, detectors: readonly string[], pods: number) => {
    const panel = createPanel({ ...OPTIONS, detectors, decidedBy });
    // Buckets of 60 events, two hours apart; of each pod the companion takes three at most.
    const bucket = { width: MINUTE, count: 60, clipped: Math.min(60, 3 * pods), exposure: 60, gapShare: 1 };
    const first = panel.step(learned, { ...bucket, at: NOW });
    return [first.verdict, panel.step(first.state, { ...bucket, at: NOW + 2 * HOUR }).verdict] as const;
  };

  test.each(DETECTOR_NAMES.filter((name) => name !== "ewma"))(
    "%s: bursts of one pod are evidence only where both decide",
    (name) => {
      expect(verdicts("both", [name], 1)[1].phase).toBe("open");
      expect(verdicts("companion", [name], 1)[1]).toMatchObject({
        phase: "quiet",
        gates: [{ name: "companion-evidence", passed: false }],
      });
    },
  );

  test("events of many pods raise the alarm, and every gate says so", () => {
    const { phase, gates } = verdicts("companion", DETECTOR_NAMES, 20)[0];
    expect(phase).toBe("open");
    expect(gates.map(({ name, passed }) => [name, passed])).toEqual([
      ["companion-evidence", true],
      ["events", true],
      ["ratio", true],
    ]);
  });
});
