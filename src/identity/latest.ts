/**
 * A value of which the newest statement wins, whatever order the statements come in: by time, and among equal times by
 * the greater text.
 */
export class Latest {
  value: string | undefined;
  #at = Number.NEGATIVE_INFINITY;

  /** True when the value changed. A statement without a value says nothing. */
  offer(value: string | undefined, at: number): boolean {
    if (value === undefined || at < this.#at) return false;
    if (at === this.#at && this.value !== undefined && value <= this.value) return false;
    const changed = value !== this.value;
    this.value = value;
    this.#at = at;
    return changed;
  }
}
