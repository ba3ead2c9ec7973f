/** What this process knows of the shards: only to save round trips, never relied upon. Scripts check and correct it. */
import type { Series } from "../../domain/series.ts";

export interface ShardView {
  position: number;
  rolled: number;
  /** Series registered in the shard, at the last answer. */
  series: number;
}

export class ShardViews {
  readonly #views: readonly ShardView[];
  readonly #limit: number;
  /** Series this process registered, as it described them. */
  readonly #known = new Map<string, Series>();

  constructor(shards: number, seriesLimit: number) {
    this.#views = Array.from({ length: shards }, () => ({ position: 0, rolled: 0, series: 0 }));
    this.#limit = seriesLimit;
  }

  shard(shard: number): ShardView {
    const view = this.#views[shard];
    if (!view) throw new RangeError(`shard ${shard} of ${this.#views.length}`);
    return view;
  }

  /** Series that may still be added to the whole store, as far as this process knows. */
  room(): number {
    let used = 0;
    for (const view of this.#views) used += view.series;
    return Math.max(0, this.#limit - used);
  }

  /** True when the store was told of exactly this description. */
  isKnown(series: Series): boolean {
    const known = this.#known.get(series.id);
    return known !== undefined && (known === series || sameDescription(known, series));
  }

  /** True when the store was told of the series, whatever its description. */
  has(seriesId: string): boolean {
    return this.#known.has(seriesId);
  }

  know(series: Series): void {
    // Beyond the limit all is forgotten, which costs one registration each: simpler than keeping an order.
    if (this.#known.size > this.#limit) this.#known.clear();
    this.#known.set(series.id, series);
  }

  forget(seriesId: string): void {
    this.#known.delete(seriesId);
  }
}

function sameDescription(a: Series, b: Series): boolean {
  return (
    a.quality === b.quality &&
    a.image === b.image &&
    a.lateness === b.lateness &&
    a.engine === b.engine &&
    a.regimes.length === b.regimes.length &&
    a.regimes.every((regime, index) => regime === b.regimes[index])
  );
}
