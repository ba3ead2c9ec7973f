/** Delays as tables, the bounds beside them. */
import type { DelayRow } from "./delays.ts";
import type { PanelDelayRow } from "./panel-delays.ts";
import { type Recall, table } from "./summary.ts";

const MINUTE = 60;

/** Seconds, judged after every event and at the end of buckets. */
export function openBucketTable(rows: readonly DelayRow[]): string {
  const widths = ["0", "10", "60", "300"];
  return table(
    ["rate", "ratio", "event by event", "10 s", "60 s", "300 s", "best possible", "ln(A) / information"],
    rows.map((row) => [
      String(row.rate),
      String(row.ratio),
      ...widths.map((width) => (row.seconds[width] ?? 0).toFixed(1)),
      row.oracle.toFixed(1),
      row.bound.toFixed(1),
    ]),
  );
}

/** Minutes, one-minute buckets, one column for each run length. */
export function minuteTable(tables: readonly (readonly DelayRow[])[]): string {
  const [first = [], ...others] = tables;
  const pair = (i: number, of: (row: DelayRow) => number) =>
    [first, ...others].map((rows) => minutes(rows[i] ? of(rows[i]) : Number.NaN)).join(" / ");
  return table(
    ["rate", "ratio", "shipped mixture", "best possible", "ln(A) / information"],
    first.map((row, i) => [
      String(row.rate),
      String(row.ratio),
      pair(i, ({ seconds }) => seconds["60"] ?? Number.NaN),
      pair(i, ({ oracle }) => oracle),
      pair(i, ({ bound }) => bound),
    ]),
  );
}

/** Seconds. */
export function panelDelayTable(rows: readonly PanelDelayRow[]): string {
  const shown = ({ recall, meanDelay }: Recall) =>
    `${meanDelay === undefined ? "–" : meanDelay.toFixed(1)} (${recall.toFixed(2)})`;
  return table(
    ["rate", "ratio", "event by event", "10 s", "ln(A) / information"],
    rows.map(({ rate, ratio, event, tenSeconds, bound }) => [
      String(rate),
      String(ratio),
      shown(event),
      shown(tenSeconds),
      bound.toFixed(1),
    ]),
  );
}

function minutes(seconds: number): string {
  const value = seconds / MINUTE;
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
