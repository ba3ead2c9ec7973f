/**
 * Guard: the last hour of a series (more while a rise is likely, see suspicion.ts), kept back from learning so that a
 * change is seen before it is learned. Sparse: runs of silent minutes are one segment. Values are never modified; every function returns a new guard.
 *
 * Layout: first minute (since the epoch), then contiguous segments, most of them one number: n >= 1 for a minute with n
 * events that are all in the companion, -n for n silent minutes, both at the share of the segment before (1 at first).
 * Others are written out: `CLIPPED`, raw and clipped events of a minute; or `OTHER`, length in minutes, share of the pods,
 * raw and clipped events. Equal segments are always written equally.
 */
export type Guard = readonly number[];

/** What the minute in progress has gathered: minute, exposure seconds, raw events, clipped events. */
export type OpenMinute = readonly number[];

const MINUTE = 60_000;
/** Marks between 0 and 1, which no count is. */
const CLIPPED = 0.25;
const OTHER = 0.5;

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
  return { guard, open: [open[0] ?? 0, tidy((open[1] ?? 0) + exposure), (open[2] ?? 0) + raw, (open[3] ?? 0) + clipped] };
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
  const { open } = held;
  const start = open[0] ?? 0;
  if (minute <= start) return held;
  const [, exposure = 0, raw = 0, clipped = 0] = open;
  const length = minute - start;
  return { guard: append(held.guard, length, tidy(exposure / 60 / length), raw, clipped), open: [minute, 0, 0, 0] };
}

function append(guard: Guard, length: number, share: number, raw: number, clipped: number): Guard {
  let before = 1;
  let last = 0;
  for (let i = 1; i < guard.length; i = next(guard, i)) {
    if (guard[i] === OTHER) before = guard[i + 2] ?? 1;
    last = i;
  }
  const silent = last > 0 && raw === 0 && before === share ? silentMinutes(guard, last) : 0;
  // A spread or a push would leave room for half as much again in every copy, and there are eight of each series.
  if (silent === 0) return guard.concat(written(length, share, raw, clipped, before));
  const joined = guard.slice();
  if (joined[last] === OTHER) joined[last + 1] = silent + length;
  else joined[last] = -(silent + length);
  return joined;
}

/** A segment after one of the share `before`. */
function written(length: number, share: number, raw: number, clipped: number, before: number): readonly number[] {
  if (share === before && raw === 0) return [-length];
  if (share === before && length === 1) return raw === clipped ? [raw] : [CLIPPED, raw, clipped];
  return [OTHER, length, share, raw, clipped];
}

/** Index of the segment after the one at `i`. */
function next(guard: Guard, i: number): number {
  return i + (guard[i] === OTHER ? 5 : guard[i] === CLIPPED ? 3 : 1);
}

/** Minutes of the segment at `i`; 0 when it has events. */
function silentMinutes(guard: Guard, i: number): number {
  const [mark = 0, length = 0, , raw = 0] = guard.slice(i, i + 4);
  return mark < 0 ? -mark : mark === OTHER && raw === 0 ? length : 0;
}

/** The segment at `i`, which begins with `minute` and comes after one of the share `before`. */
function segmentAt(guard: Guard, i: number, minute: number, before: number): Segment {
  const mark = guard[i] ?? 0;
  const [, a = 0, b = 0, c = 0, d = 0] = mark === OTHER || mark === CLIPPED ? guard.slice(i, i + 5) : [];
  if (mark === OTHER) return { minute, length: a, share: b, raw: c, clipped: d };
  if (mark === CLIPPED) return { minute, length: 1, share: before, raw: a, clipped: b };
  if (mark < 0) return { minute, length: -mark, share: before, raw: 0, clipped: 0 };
  return { minute, length: 1, share: before, raw: mark, clipped: mark };
}

/** The oldest segment; undefined when nothing is held. */
export function oldest(guard: Guard): Segment | undefined {
  return guard.length > 1 ? segmentAt(guard, 1, guard[0] ?? 0, 1) : undefined;
}

/** What a guard holds, oldest first. */
export function segmentsOf(guard: Guard): Segment[] {
  const segments: Segment[] = [];
  let minute = guard[0] ?? 0;
  let share = 1;
  for (let i = 1; i < guard.length; i = next(guard, i)) {
    const segment = segmentAt(guard, i, minute, share);
    segments.push(segment);
    minute += segment.length;
    share = segment.share;
  }
  return segments;
}

/** Takes everything before `minute` out of the guard, cutting silent runs; segments with events leave whole. */
export function release(guard: Guard, minute: number): { readonly guard: Guard; readonly released: readonly Segment[] } {
  const released: Segment[] = [];
  let start = guard[0] ?? 0;
  let share = 1;
  let rest: readonly number[] = [];
  let i = 1;
  while (i < guard.length) {
    const segment = segmentAt(guard, i, start, share);
    const { length, raw, clipped } = segment;
    const taken = raw === 0 ? Math.min(length, minute - start) : length;
    i = next(guard, i);
    // What stays first is written anew, since the share before it is gone.
    if (start >= minute || (raw > 0 && start + length > minute)) {
      rest = written(length, segment.share, raw, clipped, 1);
      break;
    }
    share = segment.share;
    released.push({ ...segment, length: taken });
    start += taken;
    if (taken === length) continue;
    rest = written(length - taken, share, raw, clipped, 1);
    break;
  }
  return { guard: [start].concat(rest, guard.slice(i)), released };
}

/** Events of the companion that a guard holds. */
export function heldEvents(guard: Guard): number {
  let events = 0;
  for (const { clipped } of segmentsOf(guard)) events += clipped;
  return events;
}

/** The guard of a state whose segments were four numbers each. */
export function fromFourNumbers(old: readonly number[]): Guard {
  let guard: Guard = [old[0] ?? 0];
  for (let i = 1; i < old.length; i += 4) {
    const [length = 0, share = 0, raw = 0, clipped = 0] = old.slice(i, i + 4);
    guard = append(guard, length, share, raw, clipped);
  }
  return guard;
}

/** Shares come from divisions of times: what the eighth digit says is rounding. */
function tidy(value: number): number {
  return Math.round(value * 1e7) / 1e7;
}
