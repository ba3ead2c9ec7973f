import type { TimelineRecord } from "../../domain/observation.ts";
import type { TimelineLog } from "../../ports/timeline-log.ts";
import { TIMELINE_ENTRIES } from "../log-limits.ts";
import { BoundedLog } from "./bounded-log.ts";
import type { OperationLog } from "./operation.ts";

export class MemoryTimeline implements TimelineLog {
  readonly entries = new BoundedLog<TimelineRecord>(TIMELINE_ENTRIES);
  readonly #log: OperationLog;

  constructor(log: OperationLog) {
    this.#log = log;
  }

  async append(records: readonly TimelineRecord[]): Promise<void> {
    await this.#log.ready();
    this.apply(records);
    await this.#log.append({ op: "timeline", records });
  }

  async read(cursor: string | undefined, limit: number) {
    const { entries, cursor: next } = this.entries.read(cursor, limit);
    return { records: entries, cursor: next };
  }

  apply(records: readonly TimelineRecord[]): void {
    for (const record of records) this.entries.append(record);
  }
}
