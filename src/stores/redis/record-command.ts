/** Builds the arguments of `record.lua`, and reads its answer. */
import type { Flush, FlushResult, Increment } from "../../ports/windows.ts";
import {
  CLIP_LIMIT,
  COARSE,
  detectionBucket,
  floorTo,
  idScope,
  idsUntil,
  MEDIUM,
  UNPLACED_LIMIT,
  unplacedKept,
  type WindowLayout,
  WRITERS_KEPT,
} from "../window-layout.ts";
import type { Argument, Command } from "./connection.ts";
import type { ShardKeys } from "./keys.ts";
import { type Reply, toList, toNumber } from "./replies.ts";
import { encodeSeries } from "./series-codec.ts";
import type { ShardViews } from "./shard-view.ts";

const NONE: readonly number[] = [];

export interface RecordContext {
  readonly layout: WindowLayout;
  readonly views: ShardViews;
  readonly keys: ShardKeys;
  readonly now: number;
  /** Series this flush may add. */
  readonly room: number;
}

export function recordCommand(flush: Flush, context: RecordContext): Command {
  const { layout, keys } = context;
  const groups = new Map<number, number>();
  const slices = new IdSlices();
  const body: Argument[] = [];
  const unplaced: Argument[] = [];
  for (const [index, increment] of flush.increments.entries()) {
    pushIncrement(body, increment, flush.shard, groups, slices, context);
    pushUnplaced(unplaced, increment, index + 1);
  }
  const starts = [...groups.keys()];
  const { fine, medium, coarse } = layout.retention;
  return {
    script: "record",
    keys: [
      ...[keys.meta, keys.fineIndex, keys.mediumIndex, keys.coarseIndex, keys.expiry, keys.writers, keys.answers],
      ...[keys.series, keys.lastSeen, keys.seriesIndex, keys.counted, keys.unplaced, keys.unplacedTimes],
      ...starts.flatMap((start) => keys.group(start)),
      ...slices.list.flatMap(({ window, start }) =>
        [start - window, start, start + window].map((each) => keys.ids(window, each)),
      ),
    ],
    args: [
      ...[flush.writer, flush.sequence, context.now, layout.width, fine, medium, coarse, context.room],
      ...[WRITERS_KEPT, CLIP_LIMIT, MEDIUM, COARSE, starts.length, slices.list.length, flush.increments.length],
      ...[unplaced.length / UNPLACED_ARGUMENTS, UNPLACED_LIMIT, unplacedKept(layout)],
      ...starts,
      ...slices.list.map(({ window, start }) => idsUntil(start, window)),
      ...body,
      ...unplaced,
    ],
  };
}

function pushIncrement(
  body: Argument[],
  increment: Increment,
  shard: number,
  groups: Map<number, number>,
  slices: IdSlices,
  context: RecordContext,
): void {
  const { layout, views } = context;
  const { series, bucket } = increment;
  const { position, rolled } = views.shard(shard);
  const group = groupOf(groups, bucket);
  groupOf(groups, detectionBucket(bucket, series.lateness, position, rolled, layout.width));
  const registration = views.isKnown(series) ? "" : encodeSeries(series);
  body.push(series.id, group, series.lateness, increment.count, registration, packSlots(increment.slots));
  body.push(increment.identified.length);
  if (increment.identified.length === 0) return;
  const scope = idScope(series);
  for (const event of increment.identified) {
    const slice = slices.indexOf(event.time, event.dedupFor ?? layout.dedupWindow);
    body.push(scope + event.id, slice, event.count, slotCharacter(event.slot));
  }
}

/** What `pushUnplaced` adds for each count. */
const UNPLACED_ARGUMENTS = 5;

/** Apart from the increments, nearly all of which have none. */
function pushUnplaced(body: Argument[], { unplaced, identified }: Increment, number: number): void {
  for (const { pod, slot, count } of unplaced ?? []) body.push(number, 0, slotCharacter(slot), count, pod);
  for (const [index, event] of identified.entries()) {
    if (event.unplaced !== undefined) body.push(number, index + 1, "", 0, event.unplaced);
  }
}

function groupOf(groups: Map<number, number>, start: number): number {
  const known = groups.get(start);
  if (known !== undefined) return known;
  groups.set(start, groups.size + 1);
  return groups.size;
}

/** Slices of event ids a flush touches, numbered from 1. */
class IdSlices {
  readonly list: { readonly window: number; readonly start: number }[] = [];
  readonly #numbers = new Map<string, number>();

  indexOf(time: number, window: number): number {
    const start = floorTo(time, window);
    const name = `${window}:${start}`;
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.list.push({ window, start });
    this.#numbers.set(name, this.list.length);
    return this.list.length;
  }
}

function packSlots(slots: Increment["slots"]): string {
  let packed = "";
  for (const [slot, count] of slots) packed += slotCharacter(slot) + String.fromCharCode(48 + Math.min(count, CLIP_LIMIT));
  return packed;
}

function slotCharacter(slot: number): string {
  return String.fromCharCode(48 + (slot & 63));
}

/** Every answer of `record.lua`. */
export type RecordAnswer =
  | {
      readonly kind: "recorded";
      readonly position: number;
      readonly rolled: number;
      readonly series: number;
      readonly result: FlushResult;
    }
  | { readonly kind: "moved"; readonly position: number; readonly rolled: number }
  | { readonly kind: "unknown"; readonly position: number; readonly rolled: number; readonly increments: readonly number[] };

export function readRecordAnswer(reply: Reply, flush: Flush): RecordAnswer {
  const [status, position, rolled, ...rest] = toList(reply);
  const state = { position: toNumber(position), rolled: toNumber(rolled) };
  if (status === -1) return { kind: "moved", ...state };
  if (status === -2) return { kind: "unknown", ...state, increments: toList(rest[0]).map(toNumber) };
  const duplicates = toList(rest[3]).map(toNumber);
  const byIncrement: (readonly number[])[] = new Array(flush.increments.length).fill(NONE);
  for (let i = 0; i + 1 < duplicates.length; i += 2) {
    const increment = duplicates[i] ?? 0;
    byIncrement[increment] = [...(byIncrement[increment] ?? NONE), duplicates[i + 1] ?? 0];
  }
  const result = {
    duplicates: byIncrement,
    late: toNumber(rest[1]),
    refused: toList(rest[2]).map(toNumber),
    overflow: toNumber(rest[4]),
  };
  return { kind: "recorded", ...state, series: toNumber(rest[0]), result };
}
