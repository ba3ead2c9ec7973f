/**
 * Metrics, by name. Labels come from closed lists only: sources, codes, kinds of notifiers, reasons, routes. Policies,
 * workloads and digests are never labels; they are what Tenfold counts.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { AlertState, Severity, TransitionType } from "../domain/alert.ts";
import type { ErrorCode } from "../domain/errors.ts";
import type { JournalStatus } from "../ports/journal.ts";
import type { FailureReason } from "../ports/notifier.ts";
import { boundedLabel, closedLabel } from "./closed-label.ts";
import { createKubernetesMetrics } from "./kubernetes-metrics.ts";

/** Seconds: a request that only waits for memory, up to one that waits for a busy store. */
const REQUEST_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Seconds from the deciding event to the notification: one bucket width is the norm. */
const LATENCY_BUCKETS = [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 900, 3600];

export interface MetricsOptions {
  /** Names that may be a `source` label; others count as `other`. */
  readonly sources: readonly string[];
  /** Names that may be a `kind` label. */
  readonly notifierKinds: readonly string[];
  /** Also tell of memory, event loop and garbage collection of the process. */
  readonly process: boolean;
}

export type Metrics = ReturnType<typeof createMetrics>;

/** Reasons for counting nothing may hold words of records. */
const MAX_REASONS = 100;

/** A registry of its own for each daemon, so that tests can run several in one process. */
export function createMetrics(options: MetricsOptions) {
  const registry = new Registry();
  const registers = [registry];
  if (options.process) collectDefaultMetrics({ register: registry });
  const sourceLabel = closedLabel(options.sources);
  const kindLabel = closedLabel(options.notifierKinds);
  const reasonLabel = boundedLabel(MAX_REASONS);

  const events = new Counter({
    name: "tenfold_events_total",
    help: "Input records by what became of them: accepted, duplicate, rejected, ignored.",
    labelNames: ["source", "outcome"],
    registers,
  });
  const ignored = new Counter({
    name: "tenfold_ignored_total",
    help: "Input records that rightly count as nothing, by the reason their source gives.",
    labelNames: ["source", "reason"],
    registers,
  });
  const rejections = new Counter({
    name: "tenfold_rejections_total",
    help: "Rejected input records by error code.",
    labelNames: ["source", "code"],
    registers,
  });
  const lateEvents = new Counter({ name: "tenfold_late_events_total", help: "Events of buckets already closed.", registers });
  const placedEvents = new Counter({
    name: "tenfold_placed_events_total",
    help: "Events moved to the version of the pod they named, because the pod became known after them.",
    registers,
  });
  const unplaceableEvents = new Counter({
    name: "tenfold_unplaced_overflow_events_total",
    help: "Events of unknown pods beyond the number kept for moving: they stay where they were counted.",
    registers,
  });
  const lostEvents = new Counter({
    name: "tenfold_source_lost_events_total",
    help: "Events a source says it dropped or merged itself.",
    labelNames: ["source"],
    registers,
  });
  const lastSeen = new Gauge({
    name: "tenfold_source_last_seen_timestamp_seconds",
    help: "When a source last sent something, seconds since 1970.",
    labelNames: ["source"],
    registers,
  });
  const ingestSeconds = new Histogram({
    name: "tenfold_ingest_seconds",
    help: "Time from a received body to its counts being in the store.",
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const httpSeconds = new Histogram({
    name: "tenfold_http_request_seconds",
    help: "Time to answer a request.",
    labelNames: ["route", "method", "status"],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const evaluatorLag = new Gauge({
    name: "tenfold_evaluator_lag_seconds",
    help: "How far the slowest shard of this daemon is behind the clock.",
    registers,
  });
  const evaluateSeconds = new Histogram({
    name: "tenfold_evaluate_seconds",
    help: "Time of one evaluation of all shards of this daemon.",
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const activeSeries = new Gauge({
    name: "tenfold_active_series",
    help: "Series that had events at the last evaluation.",
    registers,
  });
  const ownedShards = new Gauge({ name: "tenfold_owned_shards", help: "Shards this daemon evaluates.", registers });
  const openAlerts = new Gauge({
    name: "tenfold_alerts",
    help: "Alerts not yet resolved.",
    labelNames: ["state", "severity"],
    registers,
  });
  const transitions = new Counter({
    name: "tenfold_transitions_total",
    help: "Transitions of alerts.",
    labelNames: ["type"],
    registers,
  });
  const deliveries = new Counter({
    name: "tenfold_deliveries_total",
    help: "Attempts to deliver, by kind of notifier and result: ok, or the reason of the failure.",
    labelNames: ["kind", "result"],
    registers,
  });
  const outboxAge = new Gauge({
    name: "tenfold_outbox_oldest_age_seconds",
    help: "Age of the oldest message not yet delivered.",
    registers,
  });
  const outboxSize = new Gauge({ name: "tenfold_outbox_messages", help: "Messages not yet delivered.", registers });
  const deadLetters = new Counter({
    name: "tenfold_dead_letters_total",
    help: "Messages given up.",
    labelNames: ["kind"],
    registers,
  });
  const latency = new Histogram({
    name: "tenfold_notification_latency_seconds",
    help: "Time from the deciding event to the notification being sent.",
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const storeErrors = new Counter({
    name: "tenfold_store_errors_total",
    help: "Failed store operations by error code.",
    labelNames: ["code"],
    registers,
  });
  const reloads = new Counter({
    name: "tenfold_config_reloads_total",
    help: "Reloads of the configuration.",
    labelNames: ["result"],
    registers,
  });
  const journalWaiting = new Gauge({
    name: "tenfold_audit_waiting_records",
    help: "Records of the audit journal that are not on disk yet.",
    registers,
  });
  const journalDropped = new Gauge({
    name: "tenfold_audit_dropped_records",
    help: "Records of the audit journal given up since the start, because it could not be written for too long.",
    registers,
  });
  const journalFailing = new Gauge({
    name: "tenfold_audit_failing",
    help: "1 while the audit journal cannot be written.",
    registers,
  });

  return {
    /** One ingested batch. Counts of records; `at` in milliseconds. */
    ingested(
      source: string,
      counts: { accepted: number; duplicates: number; rejected: number; ignored: ReadonlyMap<string, number> },
      at: number,
    ): void {
      const label = sourceLabel(source);
      events.inc({ source: label, outcome: "accepted" }, counts.accepted);
      events.inc({ source: label, outcome: "duplicate" }, counts.duplicates);
      events.inc({ source: label, outcome: "rejected" }, counts.rejected);
      let none = 0;
      for (const [reason, count] of counts.ignored) {
        ignored.inc({ source: label, reason: reasonLabel(reason) }, count);
        none += count;
      }
      events.inc({ source: label, outcome: "ignored" }, none);
      if (counts.accepted + counts.duplicates + none > 0) lastSeen.set({ source: label }, at / 1000);
    },
    rejected(source: string, code: ErrorCode, count = 1): void {
      rejections.inc({ source: sourceLabel(source), code }, count);
    },
    late(count: number): void {
      lateEvents.inc(count);
    },
    placed(count: number): void {
      placedEvents.inc(count);
    },
    unplaceable(count: number): void {
      unplaceableEvents.inc(count);
    },
    lostAtSource(source: string, count: number): void {
      lostEvents.inc({ source: sourceLabel(source) }, count);
    },
    ingestTook(seconds: number): void {
      ingestSeconds.observe(seconds);
    },
    httpAnswered(request: { route: string; method: string; status: number; seconds: number }): void {
      const { route, method, status, seconds } = request;
      httpSeconds.observe({ route, method, status: String(status) }, seconds);
    },
    evaluated(result: { seconds: number; lagSeconds: number; activeSeries: number; shards: number }): void {
      evaluateSeconds.observe(result.seconds);
      evaluatorLag.set(result.lagSeconds);
      activeSeries.set(result.activeSeries);
      ownedShards.set(result.shards);
    },
    /** The complete picture: combinations that are not named become 0. */
    openAlerts(counts: readonly { readonly state: AlertState; readonly severity: Severity; readonly count: number }[]): void {
      openAlerts.reset();
      for (const { state, severity, count } of counts) openAlerts.inc({ state, severity }, count);
    },
    transitioned(type: TransitionType): void {
      transitions.inc({ type });
    },
    delivered(kind: string, result: "ok" | FailureReason): void {
      deliveries.inc({ kind: kindLabel(kind), result });
    },
    gaveUp(kind: string): void {
      deadLetters.inc({ kind: kindLabel(kind) });
    },
    outbox(size: number, oldestAgeSeconds: number): void {
      outboxSize.set(size);
      outboxAge.set(oldestAgeSeconds);
    },
    notifiedAfter(seconds: number): void {
      latency.observe(seconds);
    },
    storeFailed(code: ErrorCode): void {
      storeErrors.inc({ code });
    },
    journal(status: JournalStatus): void {
      journalWaiting.set(status.waiting);
      journalDropped.set(status.dropped);
      journalFailing.set(status.trouble === undefined ? 0 : 1);
    },
    reloaded(result: "ok" | "failed"): void {
      reloads.inc({ result });
    },
    kubernetes: createKubernetesMetrics(registers),
    /** Prometheus text, for `/metrics`. */
    async render(): Promise<{ readonly contentType: string; readonly body: string }> {
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}
