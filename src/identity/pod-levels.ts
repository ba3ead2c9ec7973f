/** Number of pods per version at one moment, in the arithmetic of announced rollouts. */

/** The version that ran before anything was announced, while nobody has named it. */
export const UNKNOWN_SLOT = "unknown";

export class PodLevels {
  #levels: Map<string, number>;

  constructor(levels: ReadonlyMap<string, number>) {
    this.#levels = new Map(levels);
  }

  of(slot: string): number {
    return this.#levels.get(slot) ?? 0;
  }

  total(): number {
    let total = 0;
    for (const level of this.#levels.values()) total += level;
    return total;
  }

  snapshot(): ReadonlyMap<string, number> {
    return new Map(this.#levels);
  }

  copy(): PodLevels {
    return new PodLevels(this.#levels);
  }

  become(other: PodLevels): void {
    this.#levels = new Map(other.#levels);
  }

  rename(from: string, to: string): void {
    const level = this.#levels.get(from);
    if (level === undefined) return;
    this.#levels.delete(from);
    this.#levels.set(to, level);
  }

  /** `now` pods of the version, `others` of all the rest: of `previous` if it is named, else in their proportion. */
  set(slot: string, now: number, others: number, previous: string | undefined): void {
    const before = this.total() - this.of(slot);
    for (const [name, level] of this.#levels) {
      if (name === slot) continue;
      if (previous !== undefined) this.#levels.set(name, name === previous ? others : 0);
      else this.#levels.set(name, before > 0 ? (level * others) / before : 0);
    }
    const takesRest = previous ?? UNKNOWN_SLOT;
    if (others > 0 && takesRest !== slot && (previous !== undefined || before === 0)) this.#levels.set(takesRest, others);
    this.#levels.set(slot, now);
  }

  /** Resizes the workload: every version keeps its share. */
  scaleTo(replicas: number): void {
    const total = this.total();
    for (const [name, level] of this.#levels) {
      this.#levels.set(name, total > 0 ? (level * replicas) / total : replicas / this.#levels.size);
    }
  }

  /** Moves the given part (0..1) of the way. */
  moveTowards(target: PodLevels, part: number): void {
    for (const name of new Set([...this.#levels.keys(), ...target.#levels.keys()])) {
      this.#levels.set(name, this.of(name) + (target.of(name) - this.of(name)) * part);
    }
  }
}
