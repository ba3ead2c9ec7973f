import { floorTo, idsUntil } from "../window-layout.ts";

interface Slice {
  /** Evaluation time at which the slice is dropped; see idsUntil. */
  readonly until: number;
  readonly ids: Set<string>;
}

/**
 * Event ids of one shard, remembered in slices of event time as wide as the window they are remembered for. An id is
 * looked for in the slice of its event and in both neighbours, so it is found whenever the two events are at most one
 * window apart.
 */
export class EventIds {
  /** By window, then by start of the slice. */
  readonly #windows = new Map<number, Map<number, Slice>>();

  /** Whether the id was seen; nothing is remembered. */
  seen(id: string, time: number, window: number): boolean {
    const slices = this.#windows.get(window);
    if (!slices) return false;
    const start = floorTo(time, window);
    return (
      slices.get(start)?.ids.has(id) === true ||
      slices.get(start - window)?.ids.has(id) === true ||
      slices.get(start + window)?.ids.has(id) === true
    );
  }

  remember(id: string, time: number, window: number): void {
    const start = floorTo(time, window);
    const slices = this.#slicesOf(window);
    let slice = slices.get(start);
    if (!slice) {
      slice = { until: idsUntil(start, window), ids: new Set() };
      slices.set(start, slice);
    }
    slice.ids.add(id);
  }

  /** Drops slices whose ids cannot be met again at evaluation time `position`. */
  trim(position: number): void {
    for (const slices of this.#windows.values()) {
      for (const [start, slice] of slices) if (slice.until <= position) slices.delete(start);
    }
  }

  dump(): unknown {
    return [...this.#windows].flatMap(([window, slices]) => [...slices].map(([start, slice]) => [window, start, [...slice.ids]]));
  }

  load(dump: readonly (readonly [number, number, readonly string[]])[]): void {
    for (const [window, start, ids] of dump) {
      this.#slicesOf(window).set(start, { until: idsUntil(start, window), ids: new Set(ids) });
    }
  }

  #slicesOf(window: number): Map<number, Slice> {
    let slices = this.#windows.get(window);
    if (!slices) {
      slices = new Map();
      this.#windows.set(window, slices);
    }
    return slices;
  }
}
