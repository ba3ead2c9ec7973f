/**
 * Guard: the last hour of a series (more while a rise is likely, see suspicion.ts), kept back from learning so that a
 * change is seen before it is learned. Sparse: runs of silent minutes are one segment. Values are never modified; every function returns a new guard.
 *
 * Layout: first minute (since the epoch), then four numbers a segment: length in minutes, share of the pods, raw events,
 * clipped events. Segments are contiguous.
 */
export type Guard = readonly number[];

/** What the minute in progress has gathered: minute, exposure seconds, raw events, clipped events. */
export type OpenMinute = readonly number[];

const MINUTE = 60_000;
const FIELDS = 4;

export interface Held {
  readonly guard: Guard;
  readonly open: OpenMinute;
}

/** Minutes that a guard holds as one. */
export interface Segment {
  readonly minute: number;
  readonly length: number;
  readonly share: number;
  readonly raw: number;
  readonly clipped: number;
}

export function emptyGuard(time: number): Held {
  const minute = Math.floor(time / MINUTE);
  return { guard: [minute], open: [minute, 0, 0, 0] };
}

/** Holds a bucket with events (or a zero one) of `exposure` seconds: it belongs to the minute it starts in, however wide. */
export function holdBucket(held: Held, from: number, exposure: number, raw: number, clipped: number): Held {
  const { guard, open } = closeBefore(held, Math.floor(from / MINUTE));
  const [minute = 0, seen = 0, x = 0, y = 0] = open;
  return { guard, open: [minute, tidy(seen + exposure), x + raw, y + clipped] };
}

/** Holds a silent stretch at one share of the pods. */
export function holdSilence(held: Held, from: number, to: number, share: number): Held {
  if (to <= from) return held;
  const first = Math.floor(from / MINUTE);
  const last = Math.floor(to / MINUTE);
  if (first === last) return holdBucket(held, from, (share * (to - from)) / 1000, 0, 0);
  let next = held;
  let whole = first;
  if (from > first * MINUTE || (next.open[0] ?? 0) === first) {
    next = holdBucket(next, from, (share * ((first + 1) * MINUTE - from)) / 1000, 0, 0);
    whole = first + 1;
  }
  next = closeBefore(next, whole);
  if (last > whole) next = { guard: append(next.guard, last - whole, tidy(share), 0, 0), open: [last, 0, 0, 0] };
  return to > last * MINUTE ? holdBucket(next, last * MINUTE, (share * (to - last * MINUTE)) / 1000, 0, 0) : next;
}

/** Moves the open minute into the guard when time has come to a later minute. */
function closeBefore(held: Held, minute: number): Held {
  const [start = 0, exposure = 0, raw = 0, clipped = 0] = held.open;
  if (minute <= start) return held;
  const length = minute - start;
  return { guard: append(held.guard, length, tidy(exposure / 60 / length), raw, clipped), open: [minute, 0, 0, 0] };
}

function append(guard: Guard, length: number, share: number, raw: number, clipped: number): Guard {
  const last = guard.length - FIELDS;
  const joins = last > 0 && raw === 0 && guard[last + 2] === 0 && guard[last + 1] === share;
  // A spread would leave room for half as much again in every copy, and there are eight of each series.
  if (!joins) return guard.concat([length, share, raw, clipped]);
  const next = guard.slice();
  next[last] = (guard[last] ?? 0) + length;
  return next;
}

/** What a guard holds, oldest first. */
export function segmentsOf(guard: Guard): Segment[] {
  const segments: Segment[] = [];
  let minute = guard[0] ?? 0;
  for (let i = 1; i < guard.length; i += FIELDS) {
    const [length = 0, share = 0, raw = 0, clipped = 0] = guard.slice(i, i + FIELDS);
    segments.push({ minute, length, share, raw, clipped });
    minute += length;
  }
  return segments;
}

/** Takes everything before `minute` out of the guard, cutting silent runs; segments with events leave whole. */
export function release(guard: Guard, minute: number): { readonly guard: Guard; readonly released: readonly Segment[] } {
  const released: Segment[] = [];
  let start = guard[0] ?? 0;
  let i = 1;
  let rest: number[] = [];
  for (; i < guard.length && start < minute; i += FIELDS) {
    const [length = 0, share = 0, raw = 0, clipped = 0] = guard.slice(i, i + FIELDS);
    const taken = raw === 0 ? Math.min(length, minute - start) : length;
    if (raw > 0 && start + length > minute) break;
    released.push({ minute: start, length: taken, share, raw, clipped });
    start += taken;
    if (taken < length) rest = [length - taken, share, raw, clipped];
    if (taken < length) {
      i += FIELDS;
      break;
    }
  }
  return { guard: [start].concat(rest, guard.slice(i)), released };
}

/** Events of the companion that a guard holds. */
export function heldEvents(guard: Guard): number {
  let events = 0;
  for (let i = 1; i < guard.length; i += FIELDS) events += guard[i + 3] ?? 0;
  return events;
}

/** Shares come from divisions of times: what the eighth digit says is rounding. */
function tidy(value: number): number {
  return Math.round(value * 1e7) / 1e7;
}
