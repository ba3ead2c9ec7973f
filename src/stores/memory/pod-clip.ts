import { CLIP_LIMIT, CLIP_PERIOD, floorTo } from "../window-layout.ts";

/**
 * The companion count of one shard: how many events of each (series, minute, pod slot) were counted already, 0 to 3 in
 * two bits, 64 slots in 16 bytes.
 */
export class PodClip {
  readonly #minutes = new Map<number, Map<string, Uint8Array>>();

  /** How many of `count` events still count, given those of the same series, minute and slot before them. */
  take(seriesId: string, bucket: number, slot: number, count: number): number {
    const cells = this.#cells(seriesId, bucket);
    const index = (slot & 63) >> 2;
    const shift = (slot & 3) * 2;
    const byte = cells[index] ?? 0;
    const used = (byte >> shift) & 3;
    const taken = Math.min(count, CLIP_LIMIT - used);
    if (taken > 0) cells[index] = byte + (taken << shift);
    return taken;
  }

  /** Makes room again for events that were taken before, now that they count elsewhere. */
  giveBack(seriesId: string, bucket: number, slot: number, taken: number): void {
    const cells = this.#cells(seriesId, bucket);
    const index = (slot & 63) >> 2;
    cells[index] = (cells[index] ?? 0) - (taken << ((slot & 3) * 2));
  }

  /** Drops minutes that end before `time`. */
  trim(time: number): void {
    for (const minute of this.#minutes.keys()) if (minute + CLIP_PERIOD <= time) this.#minutes.delete(minute);
  }

  #cells(seriesId: string, bucket: number): Uint8Array {
    const minute = floorTo(bucket, CLIP_PERIOD);
    let series = this.#minutes.get(minute);
    if (!series) {
      series = new Map();
      this.#minutes.set(minute, series);
    }
    let cells = series.get(seriesId);
    if (!cells) {
      cells = new Uint8Array(16);
      series.set(seriesId, cells);
    }
    return cells;
  }

  dump(): unknown {
    return [...this.#minutes].map(([minute, series]) => [
      minute,
      [...series].map(([id, cells]) => [id, Buffer.from(cells).toString("base64")]),
    ]);
  }

  load(dump: readonly (readonly [number, readonly (readonly [string, string])[]])[]): void {
    for (const [minute, series] of dump) {
      const cells = series.map(([id, text]) => [id, new Uint8Array(Buffer.from(text, "base64"))] as const);
      this.#minutes.set(minute, new Map(cells));
    }
  }
}
