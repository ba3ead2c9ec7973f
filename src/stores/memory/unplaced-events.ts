import type { Unplaced, UnplacedKey } from "../../ports/windows.ts";
import { UNPLACED_LIMIT, unplacedUntil, type WindowLayout } from "../window-layout.ts";

/** Events of one pod that nobody knew, in one series and bucket. */
export interface UnplacedEntry {
  count: number;
  /** Those of them that detection saw in their own bucket: they were not late. */
  seen: number;
  /** What those added to the companion count, exactly. */
  clipped: number;
  readonly slot: number;
}

/** The sub-counters of one shard. */
export class UnplacedEvents {
  readonly #layout: WindowLayout;
  readonly #buckets = new Map<number, Map<string, UnplacedEntry>>();
  #size = 0;

  constructor(layout: WindowLayout) {
    this.#layout = layout;
  }

  /** False when there is no room for another sub-counter. */
  add(key: UnplacedKey, events: UnplacedEntry): boolean {
    const name = nameOf(key);
    const known = this.#buckets.get(key.bucket)?.get(name);
    if (known) {
      known.count += events.count;
      known.seen += events.seen;
      known.clipped += events.clipped;
      return true;
    }
    if (this.#size >= UNPLACED_LIMIT) return false;
    this.#set(key.bucket, name, { ...events });
    return true;
  }

  get(key: UnplacedKey): UnplacedEntry | undefined {
    return this.#buckets.get(key.bucket)?.get(nameOf(key));
  }

  remove(key: UnplacedKey): void {
    if (this.#buckets.get(key.bucket)?.delete(nameOf(key))) this.#size--;
  }

  read(): readonly Unplaced[] {
    const out: Unplaced[] = [];
    for (const [bucket, entries] of this.#buckets) {
      for (const [name, { count }] of entries) {
        const colon = name.indexOf(":");
        out.push({ bucket, seriesId: name.slice(0, colon), pod: name.slice(colon + 1), count });
      }
    }
    return out;
  }

  /** Drops what is out of date at evaluation time `position`. */
  trim(position: number): void {
    if (this.#size === 0) return;
    for (const [bucket, entries] of this.#buckets) {
      if (unplacedUntil(bucket, this.#layout) > position) continue;
      this.#size -= entries.size;
      this.#buckets.delete(bucket);
    }
  }

  dump(): unknown {
    return [...this.#buckets].map(([bucket, entries]) => [bucket, [...entries]]);
  }

  load(dump: readonly (readonly [number, readonly (readonly [string, UnplacedEntry])[]])[]): void {
    for (const [bucket, entries] of dump) for (const [name, entry] of entries) this.#set(bucket, name, entry);
  }

  #set(bucket: number, name: string, entry: UnplacedEntry): void {
    const entries = this.#buckets.get(bucket) ?? new Map<string, UnplacedEntry>();
    this.#buckets.set(bucket, entries.set(name, entry));
    this.#size++;
  }
}

function nameOf({ seriesId, pod }: UnplacedKey): string {
  return `${seriesId}:${pod}`;
}
