/** Fleets of sparse series summed up: false alarms under their budget, and tenfold rises found, by rate. */

import { type FalseAlarms, falseAlarmsOf } from "./detection.ts";
import { FLEETS, type FleetSeries, fleetThreshold } from "./fleet.ts";
import { table, wilson } from "./summary.ts";

/** Events per minute that bound the columns. */
const BANDS: readonly (readonly [from: number, to: number])[] = [
  [0, 0.003],
  [0.003, 0.03],
  [0.03, Number.POSITIVE_INFINITY],
];

export interface FleetSummary {
  readonly name: string;
  readonly size: number;
  readonly lnThreshold: number;
  readonly series: number;
  readonly falseAlarms: FalseAlarms;
  /** Tenfold rises found within six hours. */
  readonly found: readonly {
    readonly band: string;
    readonly of: number;
    readonly share: number;
    readonly interval: readonly [number, number];
  }[];
}

export function fleetSummaries(fleets: readonly (readonly FleetSeries[])[]): readonly FleetSummary[] {
  return FLEETS.map(({ name, size }, i) => {
    const own = fleets[i] ?? [];
    const found = BANDS.map(([from, to]) => {
      const some = own.filter(({ rate }) => rate >= from && rate < to);
      const hits = some.filter((series) => series.found).length;
      const band = Number.isFinite(to) ? `${from} to ${to}` : `${from} and more`;
      return { band, of: some.length, share: hits / Math.max(1, some.length), interval: wilson(hits, some.length) };
    });
    const alarms = own.reduce((sum, series) => sum + series.alarms, 0);
    return {
      name,
      size,
      lnThreshold: fleetThreshold(i),
      series: own.length,
      falseAlarms: falseAlarmsOf(alarms, own.length),
      found,
    };
  });
}

export function fleetTable(summaries: readonly FleetSummary[]): string {
  return table(
    [
      "fleet",
      "ln A",
      "looked at",
      "false alarms",
      ...BANDS.map((_band, i) => `x10 at ${summaries[0]?.found[i]?.band ?? ""}/min`),
    ],
    summaries.map(({ name, size, lnThreshold, series, falseAlarms, found }) => [
      `${size} series, ${name}`,
      lnThreshold.toFixed(2),
      String(series),
      String(falseAlarms.count),
      ...found.map(({ of, share, interval }) =>
        of === 0 ? "–" : `${share.toFixed(2)} (${interval.map((end) => end.toFixed(2)).join("-")}) of ${of}`,
      ),
    ]),
  );
}
