/**
 * The alerts one reconciliation works on, found by series and by cause. After a storm there are as many alerts as
 * findings, so no finding may look at all of them. Every list is in the order of the alerts.
 */
import type { AlertRecord } from "../../ports/alert-store.ts";
import { attach, type Draft, detach, draftOf, newDraft } from "./draft.ts";
import type { Finding } from "./finding.ts";

export class Drafts {
  readonly #place = new Map<Draft, number>();
  readonly #bySeries = new Map<string, Draft[]>();
  readonly #byCause = new Map<string, Draft[]>();

  constructor(records: readonly AlertRecord[]) {
    for (const record of records) this.#add(draftOf(record));
  }

  /** Those that were stored, then those that begin. */
  all(): Draft[] {
    return [...this.#place.keys()];
  }

  /** Those that have, or had, the series. */
  ofSeries(seriesId: string): readonly Draft[] {
    return this.#bySeries.get(seriesId) ?? [];
  }

  ofCause(key: readonly string[]): readonly Draft[] {
    return this.#byCause.get(textOf(key)) ?? [];
  }

  earlier(one: Draft | undefined, other: Draft | undefined): Draft | undefined {
    if (!one || !other) return one ?? other;
    return this.#placeOf(one) <= this.#placeOf(other) ? one : other;
  }

  begin(key: readonly string[]): Draft {
    const draft = newDraft(key);
    this.#add(draft);
    return draft;
  }

  attach(draft: Draft, finding: Finding): void {
    attach(draft, finding);
    this.#put(this.#bySeries, finding.anomaly.series.id, draft);
  }

  detach(draft: Draft, seriesId: string): void {
    detach(draft, seriesId);
    remove(this.#bySeries, seriesId, draft);
  }

  setCause(draft: Draft, key: readonly string[]): void {
    remove(this.#byCause, textOf(draft.causeKey), draft);
    draft.causeKey = key;
    this.#put(this.#byCause, textOf(key), draft);
  }

  #add(draft: Draft): void {
    this.#place.set(draft, this.#place.size);
    this.#put(this.#byCause, textOf(draft.causeKey), draft);
    for (const id of draft.seen.keys()) this.#put(this.#bySeries, id, draft);
  }

  /** Nearly always the last; one that takes the series or the cause of a later one goes before it. */
  #put(index: Map<string, Draft[]>, key: string, draft: Draft): void {
    const among = index.get(key);
    if (!among) {
      index.set(key, [draft]);
      return;
    }
    const place = this.#placeOf(draft);
    const before = among.findLastIndex((other) => this.#placeOf(other) <= place);
    if (among[before] !== draft) among.splice(before + 1, 0, draft);
  }

  #placeOf(draft: Draft): number {
    return this.#place.get(draft) ?? Number.POSITIVE_INFINITY;
  }
}

function remove(index: Map<string, Draft[]>, key: string, draft: Draft): void {
  const among = index.get(key);
  const at = among?.indexOf(draft) ?? -1;
  if (at >= 0) among?.splice(at, 1);
}

function textOf(key: readonly string[]): string {
  return JSON.stringify(key);
}
