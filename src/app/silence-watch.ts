/** Notices silences that come to their end by themselves, which nobody does and nobody is asked about. */
import type { Silence } from "../alerting/routing/silences.ts";

export class SilenceWatch {
  readonly #known = new Map<string, Silence>();

  /** A silence made here: known from the start, however short it is. */
  add(silence: Silence): void {
    this.#known.set(silence.id, silence);
  }

  /**
   * Silences that ran out since the last look. One that was ended by hand has another end than it had, and is not among
   * them; nor is one that was over before it was first seen.
   */
  expired(silences: readonly Silence[], now: number): readonly Silence[] {
    const current = new Map(silences.map((silence) => [silence.id, silence]));
    const over: Silence[] = [];
    for (const silence of this.#known.values()) {
      if (Date.parse(silence.endsAt) > now) continue;
      this.#known.delete(silence.id);
      const { endsAt } = current.get(silence.id) ?? silence;
      if (endsAt === silence.endsAt) over.push(silence);
    }
    for (const silence of silences) {
      if (Date.parse(silence.endsAt) > now) this.#known.set(silence.id, silence);
      else this.#known.delete(silence.id);
    }
    return over;
  }
}
