/**
 * The anomalies of one shard: open ones as the verdicts follow each other, resolved ones for a day. One found by looking
 * ahead, through buckets that are still open, must be confirmed by the time they are closed.
 */
import type { PanelVerdict } from "../../detectors/contract.ts";
import type { Anomaly } from "../domain/anomaly.ts";
import type { Series } from "../domain/series.ts";
import { anomalyFrom, resolvedAnomaly } from "./anomaly-record.ts";

/** How long a resolved anomaly stays visible, so that the coordinator surely sees it. */
const KEEP_RESOLVED = 24 * 3_600_000;

export class ShardAnomalies {
  readonly #anomalies = new Map<string, Anomaly>();
  /** End of the newest bucket an anomaly found by looking ahead rests on: it must be confirmed by then. */
  readonly #confirmBy = new Map<string, number>();
  readonly #dirty = new Map<string, string | null>();
  #opened = 0;

  /** `stored`: anomalies as JSON, by series id. */
  constructor(stored: ReadonlyMap<string, string>) {
    for (const [id, text] of stored) {
      const anomaly = JSON.parse(text) as Anomaly;
      this.#anomalies.set(id, anomaly);
      // Whether it was confirmed is told by the next bucket that closes; until then it rests on what it was opened with.
      if (anomaly.state === "open") this.#confirmBy.set(id, anomaly.openedAt);
    }
  }

  /** Open and recently resolved ones. */
  all(): Iterable<Anomaly> {
    return this.#anomalies.values();
  }

  get anyOpen(): boolean {
    for (const anomaly of this.#anomalies.values()) if (anomaly.state === "open") return true;
    return false;
  }

  isOpen(seriesId: string): boolean {
    return this.#anomalies.get(seriesId)?.state === "open";
  }

  /** An open verdict on buckets of which the newest, ending at `restsOn`, is still open itself. */
  foresee(series: Series, verdict: PanelVerdict, at: number, restsOn: number): void {
    const known = this.#anomalies.get(series.id);
    const confirmed = known?.state === "open" && !this.#confirmBy.has(series.id);
    this.#open(series, verdict, at);
    if (!confirmed) this.#confirmBy.set(series.id, restsOn);
  }

  /** The verdict on a bucket that closed at `tick` and had ended at `end`. */
  follow(series: Series, verdict: PanelVerdict | undefined, tick: number, end: number): void {
    if (verdict?.phase === "open") {
      this.#confirmBy.delete(series.id);
      this.#open(series, verdict, tick);
      return;
    }
    const known = this.#anomalies.get(series.id);
    if (known?.state !== "open") return;
    const confirmBy = this.#confirmBy.get(series.id);
    if (verdict?.transition !== undefined) this.#set(resolvedAnomaly(known, reasonOf(verdict), tick));
    else if (confirmBy === undefined || confirmBy <= end) this.#set(resolvedAnomaly(known, "revised", tick));
    else return;
    this.#confirmBy.delete(series.id);
  }

  /** Forgets what was resolved long before `tick`. */
  expire(tick: number): void {
    for (const [id, anomaly] of this.#anomalies) {
      if (anomaly.resolvedAt === null || tick - anomaly.resolvedAt < KEEP_RESOLVED) continue;
      this.#anomalies.delete(id);
      this.#dirty.set(id, null);
    }
  }

  /** What is new since the last call, as JSON, null for what was forgotten; and how many were opened. */
  takeChanges(): { readonly changed: ReadonlyMap<string, string | null>; readonly opened: number } {
    const changes = { changed: new Map(this.#dirty), opened: this.#opened };
    this.#dirty.clear();
    this.#opened = 0;
    return changes;
  }

  /** True while `takeChanges` would tell of one that was opened. */
  get anyOpened(): boolean {
    return this.#opened > 0;
  }

  #open(series: Series, verdict: PanelVerdict, at: number): void {
    const known = this.#anomalies.get(series.id);
    if (known?.state !== "open") this.#opened++;
    this.#set(anomalyFrom(series, verdict, known, at));
  }

  #set(anomaly: Anomaly): void {
    this.#anomalies.set(anomaly.series.id, anomaly);
    this.#dirty.set(anomaly.series.id, JSON.stringify(anomaly));
  }
}

function reasonOf(verdict: PanelVerdict): string {
  return verdict.transition === "became-normal" ? "became-normal" : "rate-fell";
}
