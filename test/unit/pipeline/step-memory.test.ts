import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Panel, Sample } from "../../../detectors/contract.ts";
import { createPanel, DETECTOR_NAMES } from "../../../detectors/index.ts";
import type { SeriesState } from "../../../src/pipeline/series-state.ts";
import { StepMemory } from "../../../src/pipeline/step-memory.ts";

const WIDTH = 10_000;
const START = Date.parse("2026-01-05T00:00:00Z");
const panel = createPanel({
  lnThreshold: 10,
  minRatio: 3,
  minEvents: 5,
  noiseFactor: 2.5,
  detectors: DETECTOR_NAMES,
});

function sampleOf(index: number, count: number): Sample {
  return { at: START + index * WIDTH, width: WIDTH, count, clipped: Math.min(3, count), exposure: WIDTH / 1000 };
}

/** Counts of the steps a panel really takes. */
function counting(): { readonly panel: Panel; steps: number } {
  const counter = {
    steps: 0,
    panel: {
      ...panel,
      step: (...of: Parameters<Panel["step"]>) => {
        counter.steps++;
        return panel.step(...of);
      },
    },
  };
  return counter;
}

function walk(memory: StepMemory, by: Panel, counts: readonly number[]) {
  let state: SeriesState | undefined;
  return counts.map((count, index) => {
    const result = memory.take("series", by, state, sampleOf(index, count));
    state = result.state;
    return result;
  });
}

describe("the memory of steps", () => {
  it("takes a step once while nothing before it changes", () => {
    const counter = counting();
    const memory = new StepMemory();
    walk(memory, counter.panel, [1, 2, 3]);
    memory.nextTick();
    walk(memory, counter.panel, [1, 2, 3, 4]);
    expect(counter.steps).toBe(4);
    memory.nextTick();
    walk(memory, counter.panel, [1, 5, 3, 4]);
    expect(counter.steps).toBe(7);
  });

  it("forgets what the last tick did not ask for", () => {
    const counter = counting();
    const memory = new StepMemory();
    walk(memory, counter.panel, [1]);
    memory.nextTick();
    memory.nextTick();
    walk(memory, counter.panel, [1]);
    expect(counter.steps).toBe(2);
  });

  it("gives what steps without memory give, whatever changes between ticks", () => {
    const ticks = fc.array(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 8 }), { maxLength: 12 });
    fc.assert(
      fc.property(ticks, (lists) => {
        const memory = new StepMemory();
        for (const counts of lists) {
          const fresh = walk(new StepMemory(), panel, counts);
          expect(walk(memory, panel, counts)).toEqual(fresh);
          memory.nextTick();
        }
      }),
      { numRuns: 200 },
    );
  });
});
