import type { TimelineRecord } from "../../domain/observation.ts";
import type { Clock } from "../../ports/clock.ts";
import type { WindowLayout } from "../window-layout.ts";
import { type AlertsDump, MemoryAlerts } from "./memory-alerts.ts";
import { MemoryLeases } from "./memory-leases.ts";
import { MemoryTimeline } from "./memory-timeline.ts";
import { MemoryWindows } from "./memory-windows.ts";
import type { Operation, OperationLog } from "./operation.ts";
import type { ShardDump } from "./shard.ts";

/** One line of a snapshot. */
type Part =
  | { readonly part: "shard"; readonly shard: number; readonly dump: ShardDump }
  | { readonly part: "tokens"; readonly dump: readonly (readonly [string, number])[] }
  | { readonly part: "timeline"; readonly dump: { readonly first: number; readonly entries: readonly TimelineRecord[] } }
  | { readonly part: "alerts"; readonly dump: AlertsDump };

/** The four faces of the embedded store, as one thing that operations change and snapshots hold. */
export class StoreState {
  readonly windows: MemoryWindows;
  readonly leases: MemoryLeases;
  readonly timeline: MemoryTimeline;
  readonly alerts: MemoryAlerts;

  constructor(layout: WindowLayout, clock: Clock, log: OperationLog) {
    this.leases = new MemoryLeases(clock, log);
    this.windows = new MemoryWindows(layout, this.leases, clock, log);
    this.timeline = new MemoryTimeline(log);
    this.alerts = new MemoryAlerts(clock, this.leases, log);
  }

  /** Repeats an operation of the journal. */
  apply(operation: Operation): void {
    switch (operation.op) {
      case "layout":
        return;
      case "record":
        this.windows.applyRecord(operation.flushes);
        return;
      case "place":
        this.windows.applyPlacements(operation.placements);
        return;
      case "commit":
        for (const commit of operation.commits) this.windows.applyCommit(commit);
        return;
      case "samples":
        this.windows.applySamples(operation.shard, operation.samples);
        return;
      case "token":
        this.leases.setToken(operation.name, operation.token);
        return;
      case "timeline":
        this.timeline.apply(operation.records);
        return;
      case "alerts":
        this.alerts.applyCommit(operation.commit, operation.now);
        return;
      case "settle":
        this.alerts.applySettle(operation.id, operation.attempt, operation.next);
        return;
      case "revive":
        this.alerts.applyRevive(operation.id, operation.now);
        return;
      case "value":
        this.alerts.applyValue(operation.name, operation.value, operation.until);
        return;
      case "request":
        this.alerts.applyRequest(operation.request);
        return;
      case "request-ended":
        this.alerts.applyRequestEnd(operation.id);
    }
  }

  /** The whole state, a value a line; the first is the layout it was built with. */
  dump(): readonly unknown[] {
    const shards = Array.from({ length: this.windows.shards + 1 }, (_, shard) => ({
      part: "shard",
      shard,
      dump: this.windows.shard(shard).dump(),
    }));
    return [
      { shards: this.windows.shards, width: this.windows.width },
      ...shards,
      { part: "tokens", dump: this.leases.dump() },
      { part: "timeline", dump: this.timeline.entries.dump() },
      { part: "alerts", dump: this.alerts.dump() },
    ];
  }

  load(value: unknown): void {
    const part = value as Part;
    if (part.part === "shard") this.windows.shard(part.shard).load(part.dump);
    else if (part.part === "tokens") for (const [name, token] of part.dump) this.leases.setToken(name, token);
    else if (part.part === "timeline") this.timeline.entries.load(part.dump);
    else this.alerts.load(part.dump);
  }
}
