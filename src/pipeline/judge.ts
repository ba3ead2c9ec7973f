/**
 * Judges one shard: steps every series whose bucket closed, looks ahead through the buckets still open, and keeps the
 * shard's anomalies. All effects are collected and handed to the store in one commit. A series costs something while
 * something is open for it; one without events costs nothing.
 */
import type { PanelVerdict } from "../../detectors/contract.ts";
import type { Series } from "../domain/series.ts";
import type { BucketCount, WindowStore } from "../ports/windows.ts";
import type { PriorFinder } from "./prior.ts";
import { toSample } from "./sample.ts";
import { decodeState, encodeState, type SeriesState } from "./series-state.ts";
import { isFrom, type OpenBucket, SeriesTrack, type Step, stepThrough, writtenEvery } from "./series-track.ts";
import { ShardAnomalies } from "./shard-anomalies.ts";
import { type Judging, type Suspicious, SuspiciousSeries } from "./suspicious-series.ts";

export interface JudgeOptions extends Judging {
  readonly windows: WindowStore;
  readonly priors: PriorFinder;
  /** Another number whenever answers of `shareOf` may have changed. */
  readonly timelineVersion: () => number;
  /** Default, milliseconds. */
  readonly lateness: number;
}

type Buckets = ReadonlyMap<number, readonly BucketCount[]>;

interface Closing {
  readonly track: SeriesTrack;
  readonly bucket: OpenBucket;
}

/** Series without a state that are looked at between two ticks, each of which costs several reads; more wait for the tick. */
const MAX_INHERITED = 50;
/** Clocks of senders differ: no bucket is judged as if less of it had passed, milliseconds. */
const LEAST_PASSED = 1_000;
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
  readonly #anomalies: ShardAnomalies;
  readonly #suspicious = new SuspiciousSeries();
  #latest: number;
  /** States to be stored; encoded then, since while catching up many steps lie between two commits. */
  readonly #dirtyStates = new Map<SeriesTrack, SeriesState>();

  constructor(shard: number, options: JudgeOptions, anomalies: ReadonlyMap<string, string>) {
    this.shard = shard;
    this.#options = options;
    this.#latest = options.lateness;
    this.#anomalies = new ShardAnomalies(anomalies);
    for (const { series } of this.#anomalies.all()) this.#track(series);
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
    return this.#anomalies.anyOpen;
  }

  /** True while `takeChanges` would tell of an anomaly that was opened. */
  get anyOpened(): boolean {
    return this.#anomalies.anyOpened;
  }

  /** Series near an alarm or beyond, as of `tick`. */
  suspicious(tick: number): readonly Suspicious[] {
    return this.#suspicious.asOf(tick, this.#options);
  }

  /** Judges the shard at `tick` (a multiple of the width). `position` is the tick before. */
  async tick(tick: number, position: number, buckets: Buckets): Promise<void> {
    await this.#takeOver(tick, position, buckets);
    await this.#readStates();
    for (const closing of this.#closings(tick, position)) {
      const { track, bucket } = closing;
      if (!track.state) {
        if (this.#closedBy(position, track, bucket.at)) continue;
        await this.#inherit(track, bucket.at);
      }
      this.#close(closing, tick);
    }
    for (const track of this.#active) {
      const first = track.open[0];
      if (track.looked || first === undefined || first.at >= tick) continue;
      if (!track.state) await this.#inherit(track, first.at);
      this.#lookAhead(track, track.state, tick, tick);
      track.looked = (track.open.at(-1)?.at ?? 0) < tick;
    }
    this.#anomalies.expire(tick);
  }

  /**
   * Between two ticks, `position` being the last: judges the series that were counted since, up to `until`, and tells what
   * it finds as of `at`. Nothing else is left of it: what closes later, closes as if nobody had looked. A series whose
   * anomaly is open waits for the tick.
   */
  async look(at: number, until: number, position: number, counted: Buckets): Promise<void> {
    await this.#meet([...counted]);
    const tracks = new Set<SeriesTrack>();
    for (const [start, counts] of counted) {
      for (const { seriesId, count, clipped } of counts) {
        const track = this.#tracks.get(seriesId);
        if (!track || start + this.#options.width + track.series.lateness <= position) continue;
        this.#count(track, start, count, clipped);
        if (!this.#anomalies.isOpen(seriesId)) tracks.add(track);
      }
    }
    const missing = [...tracks].filter(({ state }) => !state).map(({ series }) => series.id);
    const stored = missing.length > 0 ? await this.#options.windows.readStates(this.shard, missing) : new Map<string, string>();
    let inherited = 0;
    for (const track of tracks) {
      // What is missing is only lent: the tick, which knows what closed meanwhile, gives a series its state.
      const text = stored.get(track.series.id);
      let state = track.state ?? (text === undefined ? undefined : decodeState(text));
      if (!state && inherited++ < MAX_INHERITED) state = await this.#inherited(track.series, track.open[0]?.at ?? until);
      if (state) this.#lookAhead(track, state, at, until);
    }
  }

  /** Hands over what changed since the last call. */
  takeChanges(): {
    states: ReadonlyMap<string, string | null>;
    anomalies: ReadonlyMap<string, string | null>;
    opened: number;
  } {
    const states = new Map<string, string>();
    for (const [{ series }, state] of this.#dirtyStates) states.set(series.id, encodeState(state));
    const { changed: anomalies, opened } = this.#anomalies.takeChanges();
    this.#dirtyStates.clear();
    if (this.#tracks.size - this.#active.size > MAX_IDLE) {
      for (const [id, track] of this.#tracks) if (!this.#active.has(track)) this.#tracks.delete(id);
    }
    return { states, anomalies, opened };
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
        else if (!this.#closedBy(position, track, at) || this.#missed(position, track, at))
          this.#count(track, at, count, clipped);
      }
      if (complete) this.#taken.set(at, counts);
    }
    for (const at of this.#taken.keys()) if (at + width + this.#latest <= position) this.#taken.delete(at);
  }

  /** Whether the bucket that starts at `at` is closed for the series at that position. */
  #closedBy(position: number, { series }: SeriesTrack, at: number): boolean {
    return at + this.#options.width + series.lateness <= position;
  }

  /** Whether the series' state may be one that was stored before that bucket closed: what closed since is stepped again. */
  #missed(position: number, track: SeriesTrack, at: number): boolean {
    if (track.state && track.state.end > at) return false;
    return !this.#closedBy(position - writtenEvery(this.#options.width), track, at);
  }

  #count(track: SeriesTrack, at: number, count: number, clipped: number): void {
    if (track.open.length === 0) {
      if (count === 0) return;
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
    for (const anomaly of this.#anomalies.all()) {
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
    for (const anomaly of this.#anomalies.all()) {
      // One opened by a look since the last tick is, for what closes, not open yet.
      if (anomaly.state !== "open" || anomaly.openedAt > position) continue;
      this.#addSilence(closings, this.#track(anomaly.series), tick, position);
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
    const { state, verdict, evidence } = this.#step(track, before, bucket);
    this.#setState(track, state);
    this.#suspicious.note(track, evidence);
    const telling = verdict !== undefined || this.#anomalies.isOpen(track.series.id);
    if (!before || telling || track.isDue(bucket.at, this.#options.width, tick)) this.#dirtyStates.set(track, state);
    this.#anomalies.follow(track.series, verdict, tick, bucket.at + this.#options.width);
  }

  /**
   * Steps through the open buckets from `state`, with states that are thrown away: a spike is seen before its bucket closes.
   * Of a bucket that has not ended by `until` only what has passed is judged, which gives the same evidence.
   */
  #lookAhead(track: SeriesTrack, before: SeriesState | undefined, at: number, until: number): void {
    const { width } = this.#options;
    let state = before;
    let verdict: PanelVerdict | undefined;
    let restsOn = at;
    for (const bucket of track.open) {
      if (bucket.at >= until) break;
      if (state && state.end > bucket.at) continue;
      const ended = bucket.at + width <= until;
      ({ state, verdict } = ended ? this.#step(track, state, bucket) : this.#stepOpen(track.series, state, bucket, until));
      restsOn = bucket.at + width;
    }
    if (verdict?.phase === "open") this.#anomalies.foresee(track.series, verdict, at, restsOn);
  }

  /** A step through the part of a bucket that has passed; not remembered, since the next will be another. */
  #stepOpen(series: Series, before: SeriesState | undefined, bucket: OpenBucket, until: number) {
    const { shareOf, panelFor, width: whole } = this.#options;
    const { at, count, clipped } = bucket;
    const width = Math.min(whole, Math.max(LEAST_PASSED, until - at));
    const sample = toSample({ series, at, width, count, clipped, previousEnd: before?.end }, shareOf);
    const { state, verdict } = panelFor(series, bucket.at).step(before?.panel, sample);
    return { state: { panel: state, end: at + width }, verdict };
  }

  #step({ series }: SeriesTrack, before: SeriesState | undefined, bucket: OpenBucket): Step {
    const { width, shareOf, panelFor, timelineVersion } = this.#options;
    const panel = panelFor(series, bucket.at);
    const known = timelineVersion();
    const { at, count, clipped, step } = bucket;
    if (step && step.known === known && isFrom(step, panel, before)) return step;
    const incident = this.#anomalies.isOpen(series.id);
    const sample = toSample({ series, at, width, count, clipped, previousEnd: before?.end, incident }, shareOf);
    return stepThrough(bucket, panel, before, sample, known);
  }

  /** Gives a new series the state it inherits, if there is one. */
  async #inherit(track: SeriesTrack, at: number): Promise<void> {
    await this.#options.priors.note(track.series, at);
    const state = await this.#inherited(track.series, at);
    if (state) this.#change(track, state);
  }

  /** From the version before, else from the silence before. */
  async #inherited(series: Series, at: number): Promise<SeriesState | undefined> {
    const { priors, width, panelFor, shareOf } = this.#options;
    const prior = await priors.previous(series, at, this.shard, (id) => this.#tracks.get(id)?.state);
    if (prior) {
      const birth = { series, at: at - width, width, count: 0, clipped: 0, previousEnd: undefined, prior };
      return { panel: panelFor(series, at).step(undefined, toSample(birth, shareOf)).state, end: at };
    }
    const silence = await priors.silence(series, at, width, panelFor(series, at));
    return silence && { panel: silence.state, end: silence.end };
  }

  #change(track: SeriesTrack, state: SeriesState): void {
    this.#setState(track, state);
    this.#dirtyStates.set(track, state);
  }
}
