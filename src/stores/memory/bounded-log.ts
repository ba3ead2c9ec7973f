/** An append-only list that forgets its oldest entries, read by cursor. Cursors are numbers as text and never reused. */
export class BoundedLog<Entry> {
  readonly #limit: number;
  #entries: Entry[] = [];
  /** Number of the first entry kept. */
  #first = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  append(entry: Entry): void {
    this.#entries.push(entry);
    // Cutting in large pieces keeps appending cheap; up to a quarter more than the limit is kept for it.
    if (this.#entries.length > this.#limit * 1.25) {
      const surplus = this.#entries.length - this.#limit;
      this.#entries = this.#entries.slice(surplus);
      this.#first += surplus;
    }
  }

  /** Entries after `cursor`, or from the oldest kept. */
  read(cursor: string | undefined, limit: number): { readonly entries: readonly Entry[]; readonly cursor: string | undefined } {
    const after = cursor === undefined ? this.#first : Math.max(this.#first, Number(cursor) + 1);
    const entries = this.#entries.slice(after - this.#first, after - this.#first + limit);
    return { entries, cursor: entries.length === 0 ? cursor : String(after + entries.length - 1) };
  }

  dump(): { readonly first: number; readonly entries: readonly Entry[] } {
    return { first: this.#first, entries: this.#entries };
  }

  load(dump: { readonly first: number; readonly entries: readonly Entry[] }): void {
    this.#first = dump.first;
    this.#entries = [...dump.entries];
  }
}
