/** `bench evaluate`, detectors alone: what judging one active series costs, how that grows, and how large states are. */
import { createPanel, type PanelState } from "../detectors/index.ts";
import { encodeState } from "../src/pipeline/series-state.ts";
import { coreUpdates } from "./core-updates.ts";
import { BENCH_OPTIONS } from "./detect/panel-setting.ts";
import { type Random, seeded, subSeed } from "./detect/random.ts";
import { table } from "./detect/summary.ts";
import { processorSeconds } from "./measure.ts";

export interface EvaluatePanelOptions {
  readonly seed: number;
  readonly sizes?: readonly number[];
}

const START = Date.UTC(2024, 0, 1);
const MINUTE = 60_000;
const TEN_SECONDS = 10_000;
/** Different series that are kept; larger sizes go through them again (states are never modified). */
const DISTINCT = 300;
const RATES: readonly number[] = [0.05, 0.5, 5];

export function runEvaluatePanel(options: EvaluatePanelOptions): { readonly text: string; readonly json: unknown } {
  const { seed, sizes = [1e3, 1e4, 1e5, 1e6] } = options;
  const panel = createPanel(BENCH_OPTIONS);
  const at = START + 2 * 86_400_000 + TEN_SECONDS;
  const bucket = { width: TEN_SECONDS, clipped: 1, exposure: 10, gapShare: 1 };
  const states = Array.from({ length: DISTINCT }, (_, i) => {
    const grown = grow(RATES[i % RATES.length] ?? 1, seeded(subSeed(seed, i)));
    return panel.step(grown, { ...bucket, at: at - TEN_SECONDS, count: 1 }).state;
  });
  const one = { ...bucket, at, count: 1 };
  const two = { ...bucket, at, count: 2 };
  const costs = sizes.map((size) => {
    const begin = processorSeconds();
    for (let i = 0; i < size; i++) panel.step(states[i % DISTINCT], i % 2 === 0 ? one : two);
    return { size, microseconds: ((processorSeconds() - begin) * 1e6) / size };
  });
  const bytes = RATES.map((rate, r) => ({ rate, bytes: storedBytes(states[r]) }));
  const sparse = { rate: 0.003, bytes: storedBytes(grow(0.003, seeded(subSeed(seed, 9999)))) };
  const core = coreUpdates(seed);
  const first = costs[0]?.microseconds ?? 1;
  const text = [
    table(
      ["active series", "microseconds each", "against the smallest"],
      costs.map(({ size, microseconds }) => [String(size), microseconds.toFixed(2), (microseconds / first).toFixed(2)]),
    ),
    table(
      ["events per minute", "stored state, bytes"],
      [sparse, ...bytes].map((row) => [String(row.rate), String(row.bytes)]),
    ),
    `Core statistic: ${(core / 1e6).toFixed(1)} million event updates per second.`,
  ].join("\n\n");
  return { text, json: { costs, bytes: [sparse, ...bytes], coreUpdatesPerSecond: core } };
}

/** Bytes of a state as it is stored with the series. */
function storedBytes(panel: PanelState | undefined): number {
  return panel ? encodeState({ panel, end: START }).length : 0;
}

/** State of a series after two days. */
function grow(rate: number, random: Random): PanelState {
  const panel = createPanel(BENCH_OPTIONS);
  let state: PanelState | undefined;
  for (let minute = 0; minute < 2880; minute++) {
    const count = minute === 0 ? 1 : random.poisson(rate);
    if (count === 0 && state && !panel.needsTime(state)) continue;
    state = panel.step(state, {
      at: START + minute * MINUTE,
      width: MINUTE,
      count,
      clipped: count,
      exposure: 60,
      gapShare: 1,
    }).state;
  }
  return state ?? { v: 2 };
}
