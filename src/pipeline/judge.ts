/**
 * Judges one shard: steps every series whose bucket closed, looks ahead through the buckets still open, and keeps the
 * shard's anomalies. All effects are collected and handed to the store in one commit. A series costs something while
 * something is open for it; one without events costs nothing.
 */
import type { Panel, PanelVerdict } from "../../detectors/contract.ts";
import type { Anomaly } from "../domain/anomaly.ts";
import type { Series } from "../domain/series.ts";
import type { BucketCount, WindowStore } from "../ports/windows.ts";
import { anomalyFrom, resolvedAnomaly } from "./anomaly-record.ts";
import type { PriorFinder } from "./prior.ts";
import { type ShareOf, toSample } from "./sample.ts";
import { decodeState, type SeriesState } from "./series-state.ts";
import { isFrom, type OpenBucket, SeriesTrack, type Step, stepThrough } from "./series-track.ts";

export interface JudgeOptions {
  readonly windows: WindowStore;
  /** The panel for a bucket that begins at `at`. */
  readonly panelFor: (series: Series, at: number) => Panel;
  readonly priors: PriorFinder;
  readonly shareOf: ShareOf;
  /** Another number whenever answers of `shareOf` may have changed. */
  readonly timelineVersion: () => number;
  /** Fine bucket width and default lateness, milliseconds. */
  readonly width: number;
  readonly lateness: number;
}

type Buckets = ReadonlyMap<number, readonly BucketCount[]>;

interface Closing {
  readonly track: SeriesTrack;
  readonly bucket: OpenBucket;
}

/** How long a resolved anomaly stays visible, so that the coordinator surely sees it. */
const KEEP_RESOLVED = 24 * 3_600_000;
/** Idle series kept in memory per shard; beyond this all of them are read again when they become active. */
const MAX_IDLE = 2_000;

export class ShardJudge {
  readonly shard: number;
  readonly #options: JudgeOptions;
  readonly #tracks = new Map<string, SeriesTrack>();
  /** Tracks with open buckets, in the order in which they became active. */
  readonly #active = new Set<SeriesTrack>();
  /** Those of them without a state, which another daemon's past or the next version's prior may still bring. */
  readonly #stateless = new Set<SeriesTrack>();
  /** Counts taken over already, by start of the bucket: the store gives the same list while nothing was counted there. */
  readonly #taken = new Map<number, readonly BucketCount[]>();
  readonly #anomalies = new Map<string, Anomaly>();
  /** End of the newest bucket an anomaly found by looking ahead rests on: it must be confirmed by then. */
  readonly #confirmBy = new Map<string, number>();
  #latest: number;
  /** Series whose state is to be stored; encoded then, since while catching up many steps lie between two commits. */
  readonly #dirtyStates = new Set<SeriesTrack>();
  readonly #dirtyAnomalies = new Map<string, string | null>();

  constructor(shard: number, options: JudgeOptions, anomalies: ReadonlyMap<string, string>) {
    this.shard = shard;
    this.#options = options;
    this.#latest = options.lateness;
    for (const [id, text] of anomalies) {
      const anomaly = JSON.parse(text) as Anomaly;
      this.#anomalies.set(id, anomaly);
      this.#track(anomaly.series);
      // Whether it was confirmed is told by the next bucket that closes; until then it rests on what it was opened with.
      if (anomaly.state === "open") this.#confirmBy.set(id, anomaly.openedAt);
    }
  }

  /** How far back a tick must read, milliseconds. */
  get lookBack(): number {
    return this.#latest + this.#options.width;
  }

  /** Series with events in buckets that are still open for them. */
  get active(): number {
    return this.#active.size;
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
    await this.#takeOver(tick, position, buckets);
    await this.#readStates();
    for (const closing of this.#closings(tick, position)) {
      if (!closing.track.state) await this.#inherit(closing.track, closing.bucket.at);
      this.#close(closing, tick);
    }
    for (const track of this.#active) {
      if (track.looked) continue;
      if (!track.state) await this.#inherit(track, track.open[0]?.at ?? tick);
      this.#lookAhead(track, tick);
    }
    this.#expire(tick);
  }

  /** Hands over what changed since the last call. */
  takeChanges(): { states: ReadonlyMap<string, string | null>; anomalies: ReadonlyMap<string, string | null> } {
    const states = new Map<string, string>();
    for (const { series, state, writer } of this.#dirtyStates) if (state) states.set(series.id, writer.write(state));
    const anomalies = new Map(this.#dirtyAnomalies);
    this.#dirtyStates.clear();
    this.#dirtyAnomalies.clear();
    if (this.#tracks.size - this.#active.size > MAX_IDLE) {
      for (const [id, track] of this.#tracks) if (!this.#active.has(track)) this.#tracks.delete(id);
    }
    return { states, anomalies };
  }

  /** Puts what was counted since the last tick into the tracks. */
  async #takeOver(tick: number, position: number, buckets: Buckets): Promise<void> {
    const { width } = this.#options;
    const fresh: [at: number, counts: readonly BucketCount[]][] = [];
    for (const [at, counts] of buckets) {
      if (at + width <= tick && this.#taken.get(at) !== counts) fresh.push([at, counts]);
    }
    await this.#meet(fresh);
    fresh.sort((a, b) => a[0] - b[0]);
    for (const [at, counts] of fresh) {
      let complete = true;
      for (const { seriesId, count, clipped } of counts) {
        const track = this.#tracks.get(seriesId);
        if (!track) complete = false;
        else if (at + width + track.series.lateness > position) this.#count(track, at, count, clipped);
      }
      if (complete) this.#taken.set(at, counts);
    }
    for (const at of this.#taken.keys()) if (at + width + this.#latest <= position) this.#taken.delete(at);
  }

  #count(track: SeriesTrack, at: number, count: number, clipped: number): void {
    if (track.open.length === 0) {
      this.#active.add(track);
      if (!track.state) this.#stateless.add(track);
    }
    track.count(at, count, clipped);
  }

  /** Reads the description of series not met yet. Those the store does not know yet are asked for again. */
  async #meet(fresh: readonly (readonly [number, readonly BucketCount[]])[]): Promise<void> {
    const unknown = new Set<string>();
    for (const [, counts] of fresh) {
      for (const { seriesId } of counts) if (!this.#tracks.has(seriesId)) unknown.add(seriesId);
    }
    if (unknown.size === 0) return;
    for (const series of (await this.#options.windows.readSeries(this.shard, [...unknown])).values()) this.#track(series);
  }

  #track(series: Series): SeriesTrack {
    const known = this.#tracks.get(series.id);
    if (known) return known;
    const track = new SeriesTrack(series);
    this.#tracks.set(series.id, track);
    if (series.lateness > this.#latest) this.#latest = series.lateness;
    return track;
  }

  async #readStates(): Promise<void> {
    const missing = [...this.#stateless];
    for (const anomaly of this.#anomalies.values()) {
      if (anomaly.state !== "open") continue;
      const track = this.#track(anomaly.series);
      if (!track.state && !this.#stateless.has(track)) missing.push(track);
    }
    if (missing.length === 0) return;
    const ids = missing.map(({ series }) => series.id);
    for (const [id, text] of await this.#options.windows.readStates(this.shard, ids)) {
      const track = this.#tracks.get(id);
      const state = decodeState(text);
      if (track && state) this.#setState(track, state);
    }
  }

  #setState(track: SeriesTrack, state: SeriesState): void {
    if (!track.state) this.#stateless.delete(track);
    track.state = state;
    track.looked = false;
  }

  /** Takes the buckets that close at this tick out of the tracks, and silence of open incidents beside them. */
  #closings(tick: number, position: number): readonly Closing[] {
    const closings: Closing[] = [];
    for (const anomaly of this.#anomalies.values()) {
      if (anomaly.state === "open") this.#addSilence(closings, this.#track(anomaly.series), tick, position);
    }
    let ordered = closings.length === 0;
    for (const track of this.#active) {
      const last = tick - this.#options.width - track.series.lateness;
      for (let bucket = track.takeClosed(last); bucket; bucket = track.takeClosed(last)) closings.push({ track, bucket });
      if (!track.state) ordered = false;
      if (track.open.length === 0) this.#rest(track);
    }
    // Only what a series without a state inherits from others, and one series' own buckets, depend on the order.
    if (!ordered) closings.sort((a, b) => a.bucket.at - b.bucket.at || (a.track.series.id < b.track.series.id ? -1 : 1));
    return closings;
  }

  #addSilence(closings: Closing[], track: SeriesTrack, tick: number, position: number): void {
    const { width } = this.#options;
    for (let closesAt = position + width; closesAt <= tick; closesAt += width) {
      const at = closesAt - width - track.series.lateness;
      if (track.open.some((bucket) => bucket.at === at)) continue;
      closings.push({ track, bucket: { at, count: 0, clipped: 0, step: undefined } });
    }
  }

  #rest(track: SeriesTrack): void {
    this.#active.delete(track);
    this.#stateless.delete(track);
  }

  #close({ track, bucket }: Closing, tick: number): void {
    const before = track.state;
    if (before && before.end > bucket.at) return;
    const { state, verdict } = this.#step(track, before, bucket);
    this.#change(track, state);
    this.#follow(track.series, verdict, tick, bucket.at + this.#options.width);
  }

  /** Steps through the open buckets with a state that is thrown away: a spike is seen before its bucket closes. */
  #lookAhead(track: SeriesTrack, tick: number): void {
    const { series, open } = track;
    let { state } = track;
    let verdict: PanelVerdict | undefined;
    for (const bucket of open) {
      if (state && state.end > bucket.at) continue;
      ({ state, verdict } = this.#step(track, state, bucket));
    }
    track.looked = true;
    if (verdict?.phase !== "open") return;
    const known = this.#anomalies.get(series.id);
    this.#setAnomaly(anomalyFrom(series, verdict, known, tick));
    if (known?.state !== "open") this.#confirmBy.set(series.id, (open.at(-1)?.at ?? tick) + this.#options.width);
  }

  #step({ series }: SeriesTrack, before: SeriesState | undefined, bucket: OpenBucket): Step {
    const { width, shareOf, panelFor, timelineVersion } = this.#options;
    const panel = panelFor(series, bucket.at);
    const known = timelineVersion();
    const { at, count, clipped, step } = bucket;
    if (step && step.known === known && isFrom(step, panel, before)) return step;
    const incident = this.#anomalies.get(series.id)?.state === "open";
    const sample = toSample({ series, at, width, count, clipped, previousEnd: before?.end, incident }, shareOf);
    return stepThrough(bucket, panel, before, sample, known);
  }

  /** Gives a new series the state it inherits, if there is one: from the version before, else from the silence before. */
  async #inherit(track: SeriesTrack, at: number): Promise<void> {
    const { priors, width, panelFor } = this.#options;
    const { series } = track;
    await priors.note(series, at);
    const prior = await priors.previous(series, at, this.shard, (id) => this.#tracks.get(id)?.state);
    if (prior) {
      const birth = at - width;
      const sample = toSample(
        { series, at: birth, width, count: 0, clipped: 0, previousEnd: undefined, prior },
        this.#options.shareOf,
      );
      this.#change(track, { panel: panelFor(series, at).step(undefined, sample).state, end: at });
      return;
    }
    const silence = await priors.silence(series, at, width, panelFor(series, at));
    if (silence) this.#change(track, { panel: silence.state, end: silence.end });
  }

  #change(track: SeriesTrack, state: SeriesState): void {
    this.#setState(track, state);
    this.#dirtyStates.add(track);
  }

  #follow(series: Series, verdict: PanelVerdict | undefined, tick: number, end: number): void {
    const known = this.#anomalies.get(series.id);
    if (verdict?.phase === "open") {
      this.#confirmBy.delete(series.id);
      this.#setAnomaly(anomalyFrom(series, verdict, known, tick));
      return;
    }
    if (known?.state !== "open") return;
    const confirmBy = this.#confirmBy.get(series.id);
    if (verdict?.transition !== undefined) this.#setAnomaly(resolvedAnomaly(known, reasonOf(verdict), tick));
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
