/** What metrics and log say of alerts and their deliveries. */
import type { DeliveryEvent } from "../pipeline/deliver.ts";
import type { AlertStore } from "../ports/alert-store.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";

/** Brings the gauges of open alerts and of the outbox up to date. `now` in milliseconds. */
export async function measureAlerts(alerts: AlertStore, metrics: Metrics, now: number): Promise<void> {
  const items = await alerts.listAlerts({ includeResolved: false, limit: 10_000 });
  metrics.openAlerts(items.map(({ alert }) => ({ state: alert.state, severity: alert.severity, count: 1 })));
  const { pending, oldest = now } = await alerts.measureOutbox();
  metrics.outbox(pending, Math.max(0, now - oldest) / 1000);
}

export function reportDelivery(event: DeliveryEvent, metrics: Metrics, log: Logger): void {
  const kind = event.target.split("/").at(-2) ?? "";
  if (event.kind === "delivered") {
    metrics.delivered(kind, "ok");
    metrics.notifiedAfter(event.latency / 1000);
    return;
  }
  // The evaluation loop tells of the store, once.
  if (event.kind === "store-unavailable") return;
  if (event.kind === "dead") metrics.gaveUp(kind);
  const { target, reason, detail, attempt } = event;
  if (event.news) log.warn({ target, reason, detail, attempt, outcome: event.kind }, "delivery failed");
}
