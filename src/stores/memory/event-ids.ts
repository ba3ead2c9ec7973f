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
  readonly #slices = new Map<string, Slice>();

  /** Whether the id was seen; nothing is remembered. */
  seen(id: string, time: number, window: number): boolean {
    const start = floorTo(time, window);
    for (let offset = -window; offset <= window; offset += window) {
      if (this.#slices.get(sliceName(start + offset, window))?.ids.has(id)) return true;
    }
    return false;
  }

  remember(id: string, time: number, window: number): void {
    const start = floorTo(time, window);
    const name = sliceName(start, window);
    let slice = this.#slices.get(name);
    if (!slice) {
      slice = { until: idsUntil(start, window), ids: new Set() };
      this.#slices.set(name, slice);
    }
    slice.ids.add(id);
  }

  /** Drops slices that end before evaluation time `position`. */
  trim(position: number): void {
    for (const [name, slice] of this.#slices) if (slice.until <= position) this.#slices.delete(name);
  }

  dump(): unknown {
    return [...this.#slices].map(([name, slice]) => [name, slice.until, [...slice.ids]]);
  }

  load(dump: readonly (readonly [string, number, readonly string[]])[]): void {
    for (const [name, until, ids] of dump) this.#slices.set(name, { until, ids: new Set(ids) });
  }
}

function sliceName(start: number, window: number): string {
  return `${window}:${start}`;
}
