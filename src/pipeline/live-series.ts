/** How many series share a budget of the fleet: agreed among daemons through the store, and remembered across restarts. */
import type { AlertStore } from "../ports/alert-store.ts";

const NAME = "live-series";
const TTL = 30 * 86_400_000;

export class LiveSeries {
  readonly #values: Pick<AlertStore, "readValue" | "writeValue">;
  #count = 1;

  constructor(values: Pick<AlertStore, "readValue" | "writeValue">) {
    this.#values = values;
  }

  /** A power of two, so that thresholds move seldom; never below what is there. Only grows while the store remembers. */
  get count(): number {
    return this.#count;
  }

  /** Takes in what this daemon met and what others noted. Resolves with true when the count changed. */
  async update(met: number): Promise<boolean> {
    const noted = Number((await this.#values.readValue(NAME)) ?? 1);
    const own = 2 ** Math.ceil(Math.log2(Math.max(1, met)));
    const count = Math.max(this.#count, own, Number.isFinite(noted) ? noted : 1);
    if (count > noted || !Number.isFinite(noted)) await this.#values.writeValue(NAME, String(count), TTL);
    const changed = count !== this.#count;
    this.#count = count;
    return changed;
  }
}
