/** Metrics of the Kubernetes watch. Resources and reasons come from closed lists; namespaces are never labels. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

export interface WatchedResourceState {
  readonly resource: string;
  readonly lastSeenAt: number | undefined;
  /** Milliseconds. */
  readonly lag: number;
  readonly objects: number;
}

/** Seconds: a small namespace, up to a large cluster behind a busy server. */
const LIST_BUCKETS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export function createKubernetesMetrics(registers: Registry[]) {
  const labelNames = ["resource"];
  const lastSeen = new Gauge({
    name: "tenfold_kubernetes_last_seen_timestamp_seconds",
    help: "When the API server last said something about a resource, bookmarks included, seconds since 1970.",
    labelNames,
    registers,
  });
  const lag = new Gauge({
    name: "tenfold_kubernetes_lag_seconds",
    help: "How long changes of a resource may have gone unseen; 0 while its watch stands.",
    labelNames,
    registers,
  });
  const objects = new Gauge({
    name: "tenfold_kubernetes_objects",
    help: "Objects known to the watch.",
    labelNames,
    registers,
  });
  const lists = new Histogram({
    name: "tenfold_kubernetes_list_seconds",
    help: "Time of a complete list, by why it was needed: start, expired, refresh. Its count is the number of lists.",
    labelNames: ["resource", "reason"],
    buckets: LIST_BUCKETS,
    registers,
  });
  const failures = new Counter({
    name: "tenfold_kubernetes_failures_total",
    help: "Lists and watches that broke, by reason.",
    labelNames: ["resource", "reason"],
    registers,
  });
  return {
    listed(resource: string, reason: string, seconds: number): void {
      lists.observe({ resource, reason }, seconds);
    },
    failed(resource: string, reason: string): void {
      failures.inc({ resource, reason });
    },
    /** The complete picture; empty while another daemon watches. */
    watching(status: readonly WatchedResourceState[]): void {
      for (const gauge of [lastSeen, lag, objects]) gauge.reset();
      for (const { resource, ...one } of status) {
        if (one.lastSeenAt !== undefined) lastSeen.set({ resource }, one.lastSeenAt / 1000);
        lag.set({ resource }, one.lag / 1000);
        objects.set({ resource }, one.objects);
      }
    },
  };
}
