/**
 * The alerts of one reconciliation, found by series and by cause: going through all of them for each of ten thousand findings
 * took seconds. Whatever changes which series or cause an alert has goes through here.
 */
import { attach, type Draft, detach, newDraft } from "./draft.ts";
import type { Finding } from "./finding.ts";

export class DraftIndex {
  readonly #drafts: Draft[];
  readonly #places = new Map<Draft, number>();
  readonly #bySeries = new Map<string, Draft[]>();
  readonly #byCause = new Map<string, Draft[]>();
  /** Made when it is asked for, and again after a series left. */
  readonly #onsets = new Map<Draft, Onsets>();

  constructor(drafts: readonly Draft[]) {
    this.#drafts = [...drafts];
    for (const [place, draft] of drafts.entries()) {
      this.#places.set(draft, place);
      for (const id of draft.seen.keys()) this.#insert(this.#bySeries, id, draft);
      this.#insert(this.#byCause, nameOf(draft.causeKey), draft);
    }
  }

  /** Alerts in their order, new ones last. */
  get drafts(): Draft[] {
    return this.#drafts;
  }

  /** Alerts that have seen a series, in their order. */
  withSeries(id: string): readonly Draft[] {
    return this.#bySeries.get(id) ?? [];
  }

  /** Alerts of a cause, in their order. */
  withCause(key: readonly string[]): readonly Draft[] {
    return this.#byCause.get(nameOf(key)) ?? [];
  }

  /** True when some series of the alert began at most `width` from `time`, milliseconds. The same width at every call. */
  hasOnsetNear(draft: Draft, time: number, width: number): boolean {
    let onsets = this.#onsets.get(draft);
    if (onsets === undefined) {
      onsets = new Onsets(width);
      for (const { onsetAt } of draft.series.values()) onsets.add(Date.parse(onsetAt));
      this.#onsets.set(draft, onsets);
    }
    return onsets.hasNear(time);
  }

  /** The first of two alerts in their order; either may be missing. */
  first(a: Draft | undefined, b: Draft | undefined): Draft | undefined {
    if (a === undefined || b === undefined) return a ?? b;
    return this.#placeOf(a) <= this.#placeOf(b) ? a : b;
  }

  begin(key: readonly string[]): Draft {
    const draft = newDraft(key);
    this.#places.set(draft, this.#drafts.length);
    this.#drafts.push(draft);
    this.#insert(this.#byCause, nameOf(key), draft);
    return draft;
  }

  attach(draft: Draft, finding: Finding): void {
    const { id } = finding.anomaly.series;
    const before = draft.series.get(id)?.onsetAt;
    attach(draft, finding);
    this.#insert(this.#bySeries, id, draft);
    const onsetAt = draft.series.get(id)?.onsetAt ?? "";
    if (before === undefined) this.#onsets.get(draft)?.add(Date.parse(onsetAt));
    else if (before !== onsetAt) this.#onsets.delete(draft);
  }

  detach(draft: Draft, seriesId: string): void {
    detach(draft, seriesId);
    remove(this.#bySeries, seriesId, draft);
    this.#onsets.delete(draft);
  }

  setCause(draft: Draft, key: readonly string[]): void {
    remove(this.#byCause, nameOf(draft.causeKey), draft);
    draft.causeKey = key;
    this.#insert(this.#byCause, nameOf(key), draft);
  }

  #insert(map: Map<string, Draft[]>, name: string, draft: Draft): void {
    const list = map.get(name) ?? [];
    const after = (one: Draft | undefined) => one !== undefined && this.#placeOf(one) > this.#placeOf(draft);
    let at = list.length;
    while (after(list[at - 1])) at--;
    if (list[at - 1] === draft) return;
    list.splice(at, 0, draft);
    map.set(name, list);
  }

  #placeOf(draft: Draft): number {
    return this.#places.get(draft) ?? 0;
  }
}

function remove(map: Map<string, Draft[]>, name: string, draft: Draft): void {
  const rest = (map.get(name) ?? []).filter((one) => one !== draft);
  if (rest.length === 0) map.delete(name);
  else map.set(name, rest);
}

function nameOf(key: readonly string[]): string {
  return JSON.stringify(key);
}

/** Times in slots as wide as "near" is, each with its first and last: near a time are only three slots. */
class Onsets {
  readonly #width: number;
  readonly #slots = new Map<number, { first: number; last: number }>();

  constructor(width: number) {
    this.#width = width;
  }

  add(time: number): void {
    const slot = Math.floor(time / this.#width);
    const known = this.#slots.get(slot);
    if (!known) this.#slots.set(slot, { first: time, last: time });
    else {
      known.first = Math.min(known.first, time);
      known.last = Math.max(known.last, time);
    }
  }

  hasNear(time: number): boolean {
    const slot = Math.floor(time / this.#width);
    if (this.#slots.has(slot)) return true;
    const before = this.#slots.get(slot - 1);
    const after = this.#slots.get(slot + 1);
    return (
      (before !== undefined && time - before.last <= this.#width) || (after !== undefined && after.first - time <= this.#width)
    );
  }
}
