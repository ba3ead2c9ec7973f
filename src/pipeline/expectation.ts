/** What the detectors expect of a series, as they know it now. */
import type { Panel } from "../../detectors/contract.ts";
import { shardOf } from "../domain/ids.ts";
import type { Series } from "../domain/series.ts";
import type { WindowStore } from "../ports/windows.ts";
import { rollUpShard } from "./roll-up-windows.ts";
import { exposureShare, type ShareOf } from "./sample.ts";
import { decodeState } from "./series-state.ts";

/** Events over [from, to) and the most that are still normal; nothing while the series is new. Times in milliseconds. */
export type Expectation = (from: number, to: number) => { readonly expected?: number; readonly upper?: number };

export interface ExpectationSources {
  readonly windows: WindowStore;
  readonly panelFor: (series: Series) => Panel;
  readonly shareOf: ShareOf;
}

export async function expectationOf(series: Series, { windows, panelFor, shareOf }: ExpectationSources): Promise<Expectation> {
  const { cluster, namespace, workload, level } = series;
  const shard = level === "leaf" ? shardOf(cluster, namespace, workload, windows.shards) : rollUpShard(windows);
  const text = (await windows.readStates(shard, [series.id])).get(series.id);
  const state = text === undefined ? undefined : decodeState(text);
  if (!state) return () => ({});
  const panel = panelFor(series);
  return (from, to) => {
    const expected = panel.expect(state.panel, from, to, exposureShare(series, from, to, shareOf));
    return expected ? { expected: expected.mean, upper: expected.upper } : {};
  };
}
