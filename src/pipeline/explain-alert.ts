/** The gates after the detectors: from an anomaly to an alert that people are told of, from what is stored. */
import { alertLabels } from "../alerting/labels.ts";
import { compileSilences, readSilences, SILENCES_VALUE } from "../alerting/routing/silences.ts";
import type { Alert } from "../domain/alert.ts";
import type { Anomaly, Gate } from "../domain/anomaly.ts";
import type { Series } from "../domain/series.ts";
import { formatTime } from "../domain/time.ts";
import type { AlertStore } from "../ports/alert-store.ts";
import type { WindowStore } from "../ports/windows.ts";
import { withoutRepeats } from "./one-spike.ts";

export interface AlertQuestion {
  readonly series: Series;
  readonly at: number;
  readonly windows: WindowStore;
  readonly alerts: Pick<AlertStore, "listAlerts" | "readValue">;
}

export interface AlertGates {
  readonly gates: readonly Gate[];
  /** True when an anomaly of the series was open then: the detectors' gates had been passed. */
  readonly anomalous: boolean;
  /** The alert that held the series then. */
  readonly alert: string | null;
  /** Notes of that alert's verdict. */
  readonly notes: readonly string[];
}

const MAX_ALERTS = 10_000;

export async function alertGates({ series, at, windows, alerts }: AlertQuestion): Promise<AlertGates> {
  const anomalies = await readAnomalies(windows);
  const own = anomalies.find((one) => one.series.id === series.id && covers(one, at));
  const records = await alerts.listAlerts({ includeResolved: true, limit: MAX_ALERTS });
  const alert = records.map((record) => record.alert).find((one) => holds(one, series.id, at));
  const anomalous = own !== undefined || alert !== undefined;
  const opened = own ? `open since ${formatTime(own.openedAt)}` : alert ? "held by an alert" : "none";
  const gates: Gate[] = [{ name: "anomaly", value: opened, needed: "an open anomaly", passed: anomalous }];
  if (!anomalous) return { gates, anomalous, alert: null, notes: [] };
  if (own && !alert && series.level !== "leaf") {
    const then = anomalies.filter((one) => one.openedAt <= at);
    const told = withoutRepeats(then, at, new Set()).includes(own);
    const value = told ? "nothing narrower explains it" : "waits for, or is explained by, a narrower series";
    gates.push({ name: "narrowest", value, needed: "nothing narrower explains it", passed: told });
  }
  gates.push({
    name: "alert",
    value: alert?.id ?? "none",
    needed: "an alert that holds the series",
    passed: alert !== undefined,
  });
  if (!alert) return { gates, anomalous, alert: null, notes: [] };
  const silences = readSilences(await alerts.readValue(SILENCES_VALUE));
  const silence = compileSilences(silences)(alertLabels(alert), at);
  const value = silence === undefined ? "no silence" : `by ${silence.id}`;
  gates.push({ name: "not-silenced", value, needed: "no silence", passed: silence === undefined });
  return { gates, anomalous, alert: alert.id, notes: alert.cause.notes ?? [] };
}

async function readAnomalies(windows: WindowStore): Promise<readonly Anomaly[]> {
  // One more shard than are counted in: that of the roll-ups.
  const shards = Array.from({ length: windows.shards + 1 }, (_, shard) => shard);
  const read = await windows.readAnomalies(shards);
  return read.flatMap((own) => [...own.values()].map((text) => JSON.parse(text) as Anomaly));
}

function covers({ openedAt, resolvedAt }: Anomaly, at: number): boolean {
  return openedAt <= at && (resolvedAt === null || at < resolvedAt);
}

/** An alert holds a series from when it fired until the series, or the alert, is resolved. */
function holds(alert: Alert, id: string, at: number): boolean {
  const member = alert.series.find((one) => one.id === id);
  if (!member || Date.parse(alert.firedAt) > at) return false;
  const end = member.resolvedAt ?? alert.resolvedAt;
  return end === null || at < Date.parse(end);
}
