/** Recorded files as a stream of normalized records in the order of their times. */
import type { TimelineRecord } from "../domain/observation.ts";
import { type Normalized, normalize } from "../pipeline/normalize.ts";
import type { ReceivedRecord } from "../pipeline/receive.ts";
import type { PushSource } from "../ports/source.ts";
import { readRecords } from "./record-files.ts";

export interface ReplayItem {
  /** Milliseconds: of the record, or of the one before when it has none. */
  readonly time: number;
  readonly where: string;
  readonly record: ReceivedRecord;
  readonly normalized: Normalized;
  /** Why the line is not a record at all. */
  readonly broken?: string;
}

const NOTHING: Normalized = { violations: [], timeline: [], ignored: new Map(), rejected: [], collapsed: [] };

/** Every record of a file with what its sources make of it. */
export async function* replayItems(file: string, candidates: readonly PushSource[], cluster: string): AsyncGenerator<ReplayItem> {
  let time = 0;
  let index = 0;
  for await (const { where, value, broken } of readRecords(file)) {
    if (broken !== undefined) {
      yield { time, where, record: { index: index++, record: value }, normalized: NOTHING, broken };
      continue;
    }
    const item = replayItem({ index: index++, record: value }, where, candidates, cluster, time);
    time = item.time;
    yield item;
  }
}

/**
 * One decoded record with what its sources make of it. `before` is the time it gets when it has none. A Kubernetes object
 * has no time of its own: it is taken as seen at the newest moment it tells of.
 */
export function replayItem(
  record: ReceivedRecord,
  where: string,
  candidates: readonly PushSource[],
  cluster: string,
  before: number,
): ReplayItem {
  const normalized = normalize([record], candidates, { now: before, cluster });
  const time = timeOf(normalized) ?? before;
  const observed = time > before && normalized.timeline.some((entry) => entry.record.type !== "change");
  return { time, where, record, normalized: observed ? normalize([record], candidates, { now: time, cluster }) : normalized };
}

function timeOf({ violations, timeline }: Normalized): number | undefined {
  let newest: number | undefined;
  for (const { violation } of violations) newest = Math.max(newest ?? 0, violation.time);
  for (const { record } of timeline) newest = Math.max(newest ?? 0, ...momentsOf(record));
  return newest;
}

function momentsOf(record: TimelineRecord): readonly number[] {
  switch (record.type) {
    case "change":
      return [record.change.time];
    case "pod":
      return [record.observedAt, record.startedAt ?? 0, record.readyAt ?? 0, record.endedAt ?? 0];
    case "owner":
      return [record.observedAt, record.createdAt ?? 0, record.deletedAt ?? 0];
    default:
      return [record.observedAt];
  }
}
