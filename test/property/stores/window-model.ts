/** The simplest counter there is: a list of everything that ever counted. Stores must agree with it whatever happens. */
import fc from "fast-check";
import type { Increment } from "../../../src/ports/windows.ts";
import { event, increment, MINUTE, series, T0, WIDTH } from "../../contract/store-fixtures.ts";

/** Two series of one shard: one patient for a minute, one for three. */
export const SERIES = [series({ lateness: MINUTE }), series({ policy: "flow-logs", lateness: 3 * MINUTE })] as const;
/** Event times of the runs: one hour from T0. */
export const SPAN = 3_600_000;

export type Action =
  | { readonly kind: "record"; readonly process: 0 | 1; readonly parts: readonly Part[]; readonly again: boolean }
  | { readonly kind: "advance"; readonly process: 0 | 1; readonly by: number };

export interface Part {
  readonly series: 0 | 1;
  /** Age of the events when they are counted, in buckets. */
  readonly age: number;
  readonly count: number;
  readonly slot: number;
  /** Event ids, from a small set so that many repeat. */
  readonly ids: readonly number[];
}

const either = fc.constantFrom(0 as const, 1 as const);
const part: fc.Arbitrary<Part> = fc.record({
  series: either,
  age: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 90 })),
  count: fc.integer({ min: 1, max: 6 }),
  slot: fc.constantFrom(0, 1, 63),
  ids: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }),
});
export const actions: fc.Arbitrary<readonly Action[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("record" as const),
        process: either,
        parts: fc.array(part, { minLength: 1, maxLength: 4 }),
        again: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("advance" as const), process: either, by: fc.integer({ min: 1, max: 40 }) }),
    },
  ),
  { minLength: 5, maxLength: 40 },
);

/** Increments of an action at time `now` (a multiple of the width); events never lie before T0. */
export function toIncrements(parts: readonly Part[], now: number): readonly Increment[] {
  return parts.map(({ series: which, age, count, slot, ids }) => {
    const bucket = Math.max(T0, now - age * WIDTH);
    const identified = ids.map((id) => event(`id-${id}`, bucket, { slot }));
    return increment(SERIES[which], bucket, count, { slots: [[slot, count]], identified });
  });
}

export class WindowModel {
  readonly #counted: { readonly series: number; readonly bucket: number; readonly count: number; readonly slot: number }[] = [];
  readonly #idTimes = new Map<string, number[]>();

  /** `dedupWindow`: ids are remembered in slices of it, in the slice of the event and both its neighbours. */
  record(parts: readonly Part[], now: number, dedupWindow: number): void {
    for (const { series: which, age, count, slot, ids } of parts) {
      const bucket = Math.max(T0, now - age * WIDTH);
      this.#counted.push({ series: which, bucket, count, slot });
      for (const id of ids) {
        const slice = Math.floor(bucket / dedupWindow);
        const known = this.#idTimes.get(String(id)) ?? [];
        if (known.some((other) => Math.abs(other - slice) <= 1)) continue;
        this.#idTimes.set(String(id), [...known, slice]);
        this.#counted.push({ series: which, bucket, count: 1, slot });
      }
    }
  }

  /** Events of a series by event time, in steps over the span. */
  counts(which: number, step: number): number[] {
    const out = new Array<number>(SPAN / step).fill(0);
    for (const { series: of, bucket, count } of this.#counted) {
      const index = Math.floor((bucket - T0) / step);
      if (of === which) out[index] = (out[index] ?? 0) + count;
    }
    return out;
  }

  /** Three events per minute and slot at most. */
  companion(which: number): number {
    const slots = new Map<string, number>();
    for (const { series: of, bucket, count, slot } of this.#counted) {
      const name = `${Math.floor(bucket / MINUTE)}:${slot}`;
      if (of === which) slots.set(name, (slots.get(name) ?? 0) + count);
    }
    return [...slots.values()].reduce((sum, count) => sum + Math.min(3, count), 0);
  }
}
