import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Panel, Sample } from "../../../detectors/contract.ts";
import { createPanel, DETECTOR_NAMES } from "../../../detectors/index.ts";
import type { Series } from "../../../src/domain/series.ts";
import type { SeriesState } from "../../../src/pipeline/series-state.ts";
import { SeriesTrack, type Step, stepThrough } from "../../../src/pipeline/series-track.ts";

const WIDTH = 10_000;
const START = Date.parse("2026-01-05T00:00:00Z");
const panel = createPanel({
  lnThreshold: 10,
  minRatio: 3,
  minEvents: 5,
  noiseFactor: 2.5,
  detectors: DETECTOR_NAMES,
});
const series: Series = {
  id: "s1",
  level: "leaf",
  cluster: "north",
  policy: "deny-egress",
  engine: "cilium",
  namespace: "shop",
  workload: "Deployment/cart",
  digest: `sha256:${"c".repeat(64)}`,
  regimes: [],
  quality: "exact",
  lateness: 60_000,
};

/** A panel that counts the steps it really takes. */
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

/** Takes over counts (0: the store has none) and steps through what is open, as a tick does. */
function tick(track: SeriesTrack, by: Panel, counts: readonly number[], exposure = 10): readonly Step[] {
  counts.forEach((count, index) => {
    if (count > 0) track.count(START + index * WIDTH, count, Math.min(3, count));
  });
  let state: SeriesState | undefined = track.state;
  return track.open.map((bucket) => {
    const { at, count, clipped } = bucket;
    const sample: Sample = { at, width: WIDTH, count, clipped, exposure };
    const step = stepThrough(bucket, by, state, sample, 0);
    state = step.state;
    return step;
  });
}

describe("a track", () => {
  it("takes a step once while nothing before it changes", () => {
    const counter = counting();
    const track = new SeriesTrack(series);
    tick(track, counter.panel, [1, 2, 3]);
    tick(track, counter.panel, [1, 2, 3, 4]);
    expect(counter.steps).toBe(4);
    tick(track, counter.panel, [1, 5, 3, 4]);
    expect(counter.steps).toBe(7);
    tick(track, counter.panel, [1, 5, 3, 4], 5);
    expect(counter.steps).toBe(11);
  });

  it("forgets a bucket from which everything was moved to another series", () => {
    const track = new SeriesTrack(series);
    tick(track, panel, [1, 2, 3]);
    track.looked = true;
    track.count(START + 5 * WIDTH, 0, 0);
    expect(track.looked).toBe(true);
    track.count(START + WIDTH, 0, 0);
    expect(track).toMatchObject({ looked: false, open: [{ at: START }, { at: START + 2 * WIDTH }] });
  });

  it("gives closed buckets back oldest first, with their steps", () => {
    const track = new SeriesTrack(series);
    const [first, second] = tick(track, panel, [1, 0, 2, 3]);
    expect(track.takeClosed(START - 1)).toBeUndefined();
    expect(track.takeClosed(START + 2 * WIDTH)).toMatchObject({ at: START, count: 1, step: first });
    expect(track.takeClosed(START + 2 * WIDTH)).toMatchObject({ at: START + 2 * WIDTH, count: 2, step: second });
    expect(track.takeClosed(START + 2 * WIDTH)).toBeUndefined();
    expect(track.open).toHaveLength(1);
  });

  it("is to be looked through again only when something happened", () => {
    const track = new SeriesTrack(series);
    track.count(START, 2, 1);
    expect(track.looked).toBe(false);
    track.looked = true;
    track.count(START, 2, 1);
    expect(track.looked).toBe(true);
    track.count(START - WIDTH, 1, 1);
    expect(track.looked).toBe(false);
    expect(track.open.map(({ at }) => at)).toEqual([START - WIDTH, START]);
  });

  it("gives what steps without memory give, whatever changes between ticks", () => {
    // Counts of a bucket never fall: what a tick adds is added to what was there.
    const ticks = fc.array(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 8 }), { maxLength: 12 });
    fc.assert(
      fc.property(ticks, (lists) => {
        const track = new SeriesTrack(series);
        const counts: number[] = [];
        for (const added of lists) {
          added.forEach((count, index) => {
            counts[index] = (counts[index] ?? 0) + count;
          });
          const remembered = tick(track, panel, counts);
          const fresh = tick(new SeriesTrack(series), panel, counts);
          expect(remembered.map(({ state, verdict }) => ({ state, verdict }))).toEqual(
            fresh.map(({ state, verdict }) => ({ state, verdict })),
          );
        }
      }),
      { numRuns: 200 },
    );
  });
});
