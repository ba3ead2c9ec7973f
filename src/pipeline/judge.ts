/**
 * Judges one shard: steps every series whose bucket closed, looks ahead through the buckets still open, and keeps the
 * shard's anomalies. All effects are collected and handed to the store in one commit.
 */
import type { Panel, PanelVerdict } from "../../detectors/contract.ts";
import type { Anomaly } from "../domain/anomaly.ts";
import type { Series } from "../domain/series.ts";
import type { BucketCount, WindowStore } from "../ports/windows.ts";
import { anomalyFrom, resolvedAnomaly } from "./anomaly-record.ts";
import type { PriorFinder } from "./prior.ts";
import { type ShareOf, toSample } from "./sample.ts";
import { decodeState, encodeState, type SeriesState } from "./series-state.ts";
import { StepMemory } from "./step-memory.ts";

export interface JudgeOptions {
  readonly windows: WindowStore;
  readonly panelFor: (series: Series) => Panel;
  readonly priors: PriorFinder;
  readonly shareOf: ShareOf;
  /** Fine bucket width and default lateness, milliseconds. */
  readonly width: number;
  readonly lateness: number;
}

type Buckets = ReadonlyMap<number, readonly BucketCount[]>;

/** How long a resolved anomaly stays visible, so that the coordinator surely sees it. */
const KEEP_RESOLVED = 24 * 3_600_000;
/** States kept in memory per shard; others are read again when their series becomes active. */
const MAX_CACHED_STATES = 20_000;

export class ShardJudge {
  readonly shard: number;
  readonly #options: JudgeOptions;
  readonly #states = new Map<string, SeriesState>();
  readonly #series = new Map<string, Series>();
  readonly #anomalies = new Map<string, Anomaly>();
  /** End of the newest bucket an anomaly found by looking ahead rests on: it must be confirmed by then. */
  readonly #confirmBy = new Map<string, number>();
  /** Events counted when a series was last looked at; without new events the evidence cannot have risen. */
  readonly #lookedAt = new Map<string, string>();
  /** Steps through buckets still open are taken again at the next tick, mostly with the same counts. */
  readonly #steps = new StepMemory();
  readonly #latenesses: Set<number>;
  #active = 0;
  /** Encoded when they are committed: while catching up a series is stepped many times between two commits. */
  readonly #dirtyStates = new Map<string, SeriesState>();
  readonly #dirtyAnomalies = new Map<string, string | null>();

  constructor(shard: number, options: JudgeOptions, anomalies: ReadonlyMap<string, string>) {
    this.shard = shard;
    this.#options = options;
    this.#latenesses = new Set([options.lateness]);
    for (const [id, text] of anomalies) {
      const anomaly = JSON.parse(text) as Anomaly;
      this.#anomalies.set(id, anomaly);
      this.#series.set(id, anomaly.series);
      this.#latenesses.add(anomaly.series.lateness);
    }
  }

  /** How far back a tick must read, milliseconds. */
  get lookBack(): number {
    return Math.max(...this.#latenesses) + this.#options.width;
  }

  /** Series with events in the buckets of the last tick. */
  get active(): number {
    return this.#active;
  }

  /** Open incidents must be stepped through silence as well. */
  get needsTime(): boolean {
    for (const anomaly of this.#anomalies.values()) if (anomaly.state === "open") return true;
    return false;
  }

  /** Anomalies of this shard, open and recently resolved. */
  get anomalies(): ReadonlyMap<string, Anomaly> {
    return this.#anomalies;
  }

  /** Judges the shard at `tick` (a multiple of the width). `position` is the tick before. */
  async tick(tick: number, position: number, buckets: Buckets): Promise<void> {
    await this.#load(buckets);
    const { closing, open } = this.#divide(tick, position, buckets);
    for (const { series, at, counts } of closing) await this.#close(series, at, counts, tick);
    for (const [series, ahead] of open) await this.#lookAhead(series, ahead, tick);
    this.#steps.nextTick();
    this.#expire(tick);
  }

  /** Hands over what changed since the last call. */
  takeChanges(): { states: ReadonlyMap<string, string | null>; anomalies: ReadonlyMap<string, string | null> } {
    const states = new Map([...this.#dirtyStates].map(([id, state]) => [id, encodeState(state)]));
    const anomalies = new Map(this.#dirtyAnomalies);
    this.#dirtyStates.clear();
    this.#dirtyAnomalies.clear();
    if (this.#states.size > MAX_CACHED_STATES) {
      this.#states.clear();
      this.#lookedAt.clear();
      this.#series.clear();
    }
    return { states, anomalies };
  }

  async #load(buckets: Buckets): Promise<void> {
    const unknown = new Set<string>();
    const stateless = new Set<string>();
    const active = new Set<string>();
    for (const counts of buckets.values()) {
      for (const { seriesId } of counts) {
        active.add(seriesId);
        if (!this.#series.has(seriesId)) unknown.add(seriesId);
        if (!this.#states.has(seriesId)) stateless.add(seriesId);
      }
    }
    for (const [id, anomaly] of this.#anomalies) if (anomaly.state === "open" && !this.#states.has(id)) stateless.add(id);
    this.#active = active.size;
    if (unknown.size > 0) {
      for (const [id, series] of await this.#options.windows.readSeries(this.shard, [...unknown])) {
        this.#series.set(id, series);
        this.#latenesses.add(series.lateness);
      }
    }
    if (stateless.size > 0) {
      for (const [id, text] of await this.#options.windows.readStates(this.shard, [...stateless])) {
        const state = decodeState(text);
        if (state) this.#states.set(id, state);
      }
    }
  }

  #divide(tick: number, position: number, buckets: Buckets) {
    const { width } = this.#options;
    const closing: { series: Series; at: number; counts: BucketCount }[] = [];
    const open = new Map<Series, { at: number; counts: BucketCount }[]>();
    const seen = new Set<string>();
    for (const [at, list] of [...buckets].sort((a, b) => a[0] - b[0])) {
      for (const counts of list) {
        const series = this.#series.get(counts.seriesId);
        if (!series) continue;
        const closesAt = at + width + series.lateness;
        if (closesAt <= position || at + width > tick) continue;
        if (closesAt <= tick) {
          closing.push({ series, at, counts });
          seen.add(`${series.id}@${at}`);
          continue;
        }
        const ahead = open.get(series);
        if (ahead) ahead.push({ at, counts });
        else open.set(series, [{ at, counts }]);
      }
    }
    for (const [id, anomaly] of this.#anomalies) {
      if (anomaly.state !== "open") continue;
      const series = this.#series.get(id) ?? anomaly.series;
      for (let closesAt = position + width; closesAt <= tick; closesAt += width) {
        const at = closesAt - width - series.lateness;
        if (!seen.has(`${id}@${at}`)) closing.push({ series, at, counts: { seriesId: id, count: 0, clipped: 0 } });
      }
    }
    closing.sort((a, b) => a.at - b.at || (a.series.id < b.series.id ? -1 : a.series.id > b.series.id ? 1 : 0));
    return { closing, open };
  }

  async #close(series: Series, at: number, counts: BucketCount, tick: number): Promise<void> {
    const before = await this.#stateBefore(series, at);
    if (before && before.end > at) return;
    const { state, verdict } = this.#step(series, before, at, counts);
    this.#states.set(series.id, state);
    this.#dirtyStates.set(series.id, state);
    this.#follow(series, verdict, tick, at + this.#options.width);
  }

  /** Steps through the open buckets with a state that is thrown away: a spike is seen before its bucket closes. */
  async #lookAhead(series: Series, ahead: readonly { at: number; counts: BucketCount }[], tick: number): Promise<void> {
    const closed = this.#states.get(series.id);
    const signature = `${closed?.end ?? 0}:${ahead.map((bucket) => bucket.counts.count).join(",")}`;
    if (this.#lookedAt.get(series.id) === signature) return;
    this.#lookedAt.set(series.id, signature);
    let state = closed ?? (await this.#stateBefore(series, ahead[0]?.at ?? tick));
    let verdict: PanelVerdict | undefined;
    for (const { at, counts } of ahead) {
      if (state && state.end > at) continue;
      const stepped = this.#step(series, state, at, counts);
      state = stepped.state;
      verdict = stepped.verdict;
    }
    const end = (ahead.at(-1)?.at ?? tick) + this.#options.width;
    if (verdict?.phase !== "open") return;
    const known = this.#anomalies.get(series.id);
    this.#setAnomaly(anomalyFrom(series, verdict, known, tick));
    if (known?.state !== "open") this.#confirmBy.set(series.id, end);
  }

  #step(series: Series, before: SeriesState | undefined, at: number, counts: BucketCount) {
    const { width, shareOf, panelFor } = this.#options;
    const { count, clipped } = counts;
    const incident = this.#anomalies.get(series.id)?.state === "open";
    const sample = toSample({ series, at, width, count, clipped, previousEnd: before?.end, incident }, shareOf);
    return this.#steps.take(series.id, panelFor(series), before, sample);
  }

  /** Own state, or the state a new series inherits: from the version before, else from the silence before. */
  async #stateBefore(series: Series, at: number): Promise<SeriesState | undefined> {
    const own = this.#states.get(series.id);
    if (own) return own;
    const { priors, width, panelFor } = this.#options;
    await priors.note(series, at);
    const prior = await priors.previous(series, at, this.shard, (id) => this.#states.get(id));
    if (prior) {
      const birth = at - width;
      const sample = toSample(
        { series, at: birth, width, count: 0, clipped: 0, previousEnd: undefined, prior },
        this.#options.shareOf,
      );
      return this.#begin(series, { panel: panelFor(series).step(undefined, sample).state, end: at });
    }
    const silence = await priors.silence(series, at, width, panelFor(series));
    return silence && this.#begin(series, { panel: silence.state, end: silence.end });
  }

  #begin(series: Series, state: SeriesState): SeriesState {
    this.#states.set(series.id, state);
    this.#dirtyStates.set(series.id, state);
    return state;
  }

  #follow(series: Series, verdict: PanelVerdict, tick: number, end: number): void {
    const known = this.#anomalies.get(series.id);
    if (verdict.phase === "open") {
      this.#confirmBy.delete(series.id);
      this.#setAnomaly(anomalyFrom(series, verdict, known, tick));
      return;
    }
    if (known?.state !== "open") return;
    const confirmBy = this.#confirmBy.get(series.id);
    if (verdict.transition !== undefined) this.#setAnomaly(resolvedAnomaly(known, reasonOf(verdict), tick));
    else if (confirmBy === undefined || confirmBy <= end) this.#setAnomaly(resolvedAnomaly(known, "revised", tick));
    else return;
    this.#confirmBy.delete(series.id);
  }

  #setAnomaly(anomaly: Anomaly): void {
    this.#anomalies.set(anomaly.series.id, anomaly);
    this.#dirtyAnomalies.set(anomaly.series.id, JSON.stringify(anomaly));
  }

  #expire(tick: number): void {
    for (const [id, anomaly] of this.#anomalies) {
      if (anomaly.resolvedAt === null || tick - anomaly.resolvedAt < KEEP_RESOLVED) continue;
      this.#anomalies.delete(id);
      this.#dirtyAnomalies.set(id, null);
    }
  }
}

function reasonOf(verdict: PanelVerdict): string {
  return verdict.transition === "became-normal" ? "became-normal" : "rate-fell";
}
