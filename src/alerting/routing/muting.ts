/** Why an alert is told to nobody now, or not by one route: always a named reason. */
import type { Alert } from "../../domain/alert.ts";
import type { Labels } from "../matchers.ts";
import type { Routing } from "./index.ts";
import { inhibitedBy } from "./inhibition.ts";
import type { RouteSettings } from "./route-tree.ts";
import { compileSilences, type Silence } from "./silences.ts";
import { contains } from "./time-intervals.ts";

/** `silenced-by:ID`, `inhibited-by:ALERT`, or undefined when the alert is told as its routes say. */
export type Muting = (alert: Pick<Alert, "id">, labels: Labels, now: number) => string | undefined;

/** `alerts`: all alerts, because a live one may inhibit others. Compiled once per list. */
export function muting(routing: Pick<Routing, "inhibitRules">, silences: readonly Silence[], alerts: readonly Alert[]): Muting {
  const silencedBy = compileSilences(silences);
  const live = alerts.filter((alert) => alert.state !== "resolved");
  return (alert, labels, now) => {
    const silence = silencedBy(labels, now);
    if (silence !== undefined) return `silenced-by:${silence.id}`;
    const inhibitor = inhibitedBy(alert, labels, live, routing.inhibitRules);
    return inhibitor === undefined ? undefined : `inhibited-by:${inhibitor}`;
  };
}

/** `muted-by:INTERVAL` or `outside-of:INTERVALS` when the time intervals of a route keep it quiet at `now`. */
export function intervalReason(settings: RouteSettings, routing: Pick<Routing, "intervals">, now: number): string | undefined {
  const holds = (name: string) => {
    const interval = routing.intervals.get(name);
    return interval !== undefined && contains(interval, now);
  };
  const mute = settings.muteTimeIntervals.find(holds);
  if (mute !== undefined) return `muted-by:${mute}`;
  const active = settings.activeTimeIntervals;
  return active.length > 0 && !active.some(holds) ? `outside-of:${active.join(",")}` : undefined;
}
