/**
 * The pipeline put together: the same for the daemon, replay and the demo. They differ only in what they hand in: a
 * store, a clock, where records come from and who is told.
 */
import type { Config } from "../../config/schema.ts";
import type { Panel } from "../../detectors/contract.ts";
import type { EscalateOutcome } from "../alerting/escalate.ts";
import type { Alert, Transition } from "../domain/alert.ts";
import { shardOf } from "../domain/ids.ts";
import type { Series } from "../domain/series.ts";
import { createTimeline, type Timeline } from "../identity/timeline.ts";
import { causeOf } from "../pipeline/cause-of.ts";
import { Coordinator, type DispatchResult } from "../pipeline/coordinate.ts";
import { Evaluator, type EvaluatorOptions } from "../pipeline/evaluate.ts";
import { EventClock } from "../pipeline/event-clock.ts";
import { EventDetails } from "../pipeline/event-details.ts";
import { FoundSignal } from "../pipeline/found-signal.ts";
import { createIdentify } from "../pipeline/identify.ts";
import { Ingest } from "../pipeline/ingest.ts";
import { awaitsPods, LateEvents } from "../pipeline/late-events.ts";
import { LiveSeries } from "../pipeline/live-series.ts";
import type { SourceTally } from "../pipeline/normalize.ts";
import { VerdictMemory } from "../pipeline/past-verdicts.ts";
import { PriorFinder } from "../pipeline/prior.ts";
import { type Flushed, Recorder } from "../pipeline/record.ts";
import { compileRegimes } from "../pipeline/regimes.ts";
import { representative } from "../pipeline/representative.ts";
import { Resizes } from "../pipeline/resizes.ts";
import { RollUpWindows, rollUpShard } from "../pipeline/roll-up-windows.ts";
import { SampleKeeper } from "../pipeline/sample-keeper.ts";
import { ShardLeases } from "../pipeline/shard-leases.ts";
import { TimelineFeed } from "../pipeline/timeline-feed.ts";
import { attributionView } from "../pipeline/timeline-view.ts";
import type { AlertRecord } from "../ports/alert-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import type { WindowStore } from "../ports/windows.ts";
import { lifecyclePolicy, tierThresholds } from "./policy.ts";
import { SeriesPanels } from "./series-panels.ts";

export interface EngineOptions {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  /** Unique per process: names this daemon in leases and flushes. */
  readonly owner: string;
  readonly leaseTtl: number;
  /** How long after the end of a bucket its events are awaited before it is looked at, milliseconds. */
  readonly settle: number;
  /** How long a failing flush is retried before its senders are told, milliseconds. */
  readonly flushPatience: number;
  readonly externalUrl: string;
  readonly dispatch: (records: readonly AlertRecord[], now: number) => DispatchResult;
  readonly escalate?: (records: readonly AlertRecord[], now: number) => EscalateOutcome;
  readonly onTransitions: (transitions: readonly Transition[]) => void;
  /** Somebody is owed messages about these alerts. */
  readonly onOwed?: (alerts: readonly Alert[]) => Promise<void>;
  /** Daemons came or went; these live. */
  readonly onMembers?: (living: readonly string[]) => Promise<void>;
  readonly onSources?: (sources: ReadonlyMap<string, SourceTally>) => void;
  readonly onFlushed?: (flushed: Flushed) => void;
  /** Events were moved to the version of the pod they named, which became known after them. */
  readonly onPlaced?: (events: number) => void;
  /** Something that must not stop the pipeline went wrong. */
  readonly onTrouble: (what: string, error: unknown) => void;
}

/** Records accepted but not yet stored beyond which senders are asked to wait. */
const MAX_PENDING = 200_000;
/** Events that another daemon counted this recently are the beginning of a store without positions, milliseconds. */
const FIRST_LOOK_BACK = 10 * 60_000;
/** How often the timeline forgets, milliseconds of its clock. */
const PRUNE_EVERY = 10 * 60_000;

export class Engine {
  readonly timeline: Timeline = createTimeline();
  readonly events: EventClock;
  readonly ingest: Ingest;
  readonly recorder: Recorder;
  readonly leases: ShardLeases;
  readonly evaluator: Evaluator;
  readonly coordinator: Coordinator;
  readonly #details: EventDetails;
  readonly #late: LateEvents;
  readonly #sums: RollUpWindows;
  readonly #rollUps: Evaluator;
  readonly #live: LiveSeries;
  readonly feed: TimelineFeed;
  readonly samples: SampleKeeper;
  #config: Config;
  readonly #options: EngineOptions;
  readonly #findings: FoundSignal;
  #timelineVersion = 0;
  #prunedAt = 0;
  #nextLook = Number.NEGATIVE_INFINITY;
  #coordinatedAt = Number.NEGATIVE_INFINITY;
  readonly #panels: SeriesPanels;
  readonly #resizes = new Resizes({
    changes: (cluster, from, to) => this.timeline.changes({ cluster, from, to }),
    version: () => this.#timelineVersion,
  });

  constructor(options: EngineOptions) {
    const { config, store, clock } = options;
    this.#options = options;
    this.#config = config;
    this.#live = new LiveSeries(store.alerts);
    this.#findings = new FoundSignal(store.alerts);
    this.#panels = new SeriesPanels(config, this.#resizes);
    this.events = new EventClock(clock);
    this.#details = new EventDetails(store.windows.width);
    this.#late = new LateEvents({ windows: store.windows, clock, placeOf: (mention) => this.timeline.placeOfPod(mention) });
    this.feed = new TimelineFeed({ log: store.timeline, apply: (record) => this.#apply(record) });
    this.samples = new SampleKeeper(store.windows, (error) => options.onTrouble("samples", error));
    this.recorder = new Recorder({
      windows: store.windows,
      clock,
      writer: options.owner,
      maxPending: MAX_PENDING,
      patience: options.flushPatience,
      ...(options.onFlushed ? { onFlushed: options.onFlushed } : {}),
    });
    const identify = createIdentify({
      shards: store.windows.shards,
      width: store.windows.width,
      lateness: config.buckets.lateness,
      resolve: (violation) => this.timeline.identify(violation),
      regimesOf: compileRegimes(config.regimes),
      awaitsPods: awaitsPods(
        (cluster) => this.timeline.hasPods(cluster),
        () => this.events.now(),
      ),
    });
    this.ingest = new Ingest({
      identify,
      recorder: this.recorder,
      feed: this.feed,
      samples: this.samples,
      events: this.events,
      details: this.#details,
      clock,
      ...(options.onSources ? { onSources: options.onSources } : {}),
    });
    this.leases = new ShardLeases({
      leases: store.leases,
      clock,
      owner: options.owner,
      shards: store.windows.shards + 1,
      ttl: options.leaseTtl,
      ...(options.onMembers ? { onMembers: options.onMembers } : {}),
    });
    this.evaluator = this.#createEvaluator(store.windows, {
      onTick: (tick) => this.#coordinate(tick),
      onSuspicious: (suspicious, tick) => this.#panels.settle(suspicious, tick),
    });
    this.#sums = new RollUpWindows(store.windows);
    this.#rollUps = this.#createEvaluator(this.#sums);
    this.coordinator = this.#createCoordinator();
  }

  /** As of the last reload. */
  get config(): Config {
    return this.#config;
  }

  /** The panel that judges a series; at some times it is another one (series-panels.ts). */
  panelFor(series: Series, at?: number): Panel {
    return this.#panels.for(series, at);
  }

  /** Takes over what of a new configuration may change while running: detection, attribution, lifecycle. */
  reconfigure(config: Config): void {
    this.#config = config;
    this.#panels.configure(config, this.#live.count);
  }

  /**
   * One round of evaluation, up to the time the events have reached. Call it again and again; it returns at once when no
   * tick is due. Rejects with `store_unavailable` when the store is away: nothing is lost, the next round catches up.
   */
  async advance(): Promise<number> {
    const { windows } = this.#options.store;
    try {
      if (await this.leases.renew()) await this.#lead();
      const { position } = this.evaluator;
      if (position !== undefined) this.events.resume(position);
      const seen = this.events.now();
      const now = seen - this.#options.settle;
      if (!(await this.#hasBegun(now))) return 0;
      this.#placed(await this.#late.step(this.#ledShards(), this.#timelineVersion));
      const begin = Math.min(this.events.first ?? now - FIRST_LOOK_BACK, now) - windows.width;
      const ticks = await this.evaluator.advance(now, begin);
      if (ticks > 0 || this.evaluator.shards === 0) await this.#advanceRollUps(begin);
      if (this.evaluator.shards === 0) await this.#coordinate(now - (now % windows.width));
      await this.#look(now, seen);
      return ticks;
    } catch (error) {
      this.leases.forget();
      throw error;
    }
  }

  /**
   * Between ticks: judges what was counted since the last look, and coordinates at once when a new anomaly was found, here or
   * by another daemon. Looking takes a fifth of the time at most: under load it is done less often, and ticks come first.
   */
  async #look(at: number, until: number): Promise<void> {
    const { clock, config, store } = this.#options;
    const { look_every: every } = config.buckets;
    const began = clock.now();
    if (every === 0 || began < this.#nextLook || this.events.behind) return;
    await this.evaluator.look(at, until);
    const coordinates = this.leases.coordinator !== undefined;
    const own = this.evaluator.takeOpened() > 0;
    const alone = this.leases.held.length > store.windows.shards;
    if (own && !coordinates) await this.#findings.tell(at);
    if (coordinates && (own || (!alone && (await this.#findings.heard())))) await this.#coordinate(at);
    this.#nextLook = began + Math.max(every, 5 * (clock.now() - began));
  }

  /**
   * A store without positions begins with its first events, whenever they happened: were it to begin with the wall clock,
   * a backlog posted to a new installation would be late as a whole. Another daemon may have counted them.
   */
  async #hasBegun(now: number): Promise<boolean> {
    if (this.evaluator.position !== undefined || this.events.first !== undefined) return true;
    const recent = await this.#options.store.windows.readBuckets(this.#ledShards(), now - FIRST_LOOK_BACK, now);
    return recent.some((buckets) => buckets.size > 0);
  }

  /** Those in which something is counted. */
  #ledShards(): readonly number[] {
    const { shards: count } = this.#options.store.windows;
    return this.leases.held.map(([shard]) => shard).filter((shard) => shard < count);
  }

  /** Verdicts that rest on the counts are then made again. */
  #placed(events: number): void {
    if (events === 0) return;
    this.#timelineVersion++;
    this.#options.onPlaced?.(events);
  }

  async #lead(): Promise<void> {
    if (await this.#live.update(this.#sums.leaves)) this.#panels.configure(this.#config, this.#live.count);
    const own = rollUpShard(this.#options.store.windows);
    await this.evaluator.lead(this.leases.held.filter(([shard]) => shard !== own));
    await this.#rollUps.lead(this.leases.held.filter(([shard]) => shard === own));
  }

  /** Roll-ups follow the slowest shard, so that what they add up is closed and changes no more. */
  async #advanceRollUps(begin: number): Promise<void> {
    if (this.#rollUps.shards === 0) return;
    const { windows } = this.#options.store;
    const positions = await windows.positions(Array.from({ length: windows.shards }, (_, shard) => shard));
    const known = positions.filter((position) => position !== undefined);
    if (known.length === windows.shards) await this.#rollUps.advance(Math.min(...known), begin);
  }

  #createEvaluator(windows: WindowStore, hooks: Pick<EvaluatorOptions, "onTick" | "onSuspicious"> = {}): Evaluator {
    const { store, config } = this.#options;
    return new Evaluator({
      windows,
      panelFor: (series, at) => this.#panels.for(series, at),
      priors: new PriorFinder({
        windows: store.windows,
        values: store.alerts,
        previousDigest: (...of) => this.timeline.previousDigest(...of),
      }),
      shareOf: (...of) => this.timeline.share(...of),
      timelineVersion: () => this.#timelineVersion,
      width: store.windows.width,
      lateness: Math.ceil(config.buckets.lateness / store.windows.width) * store.windows.width,
      ...hooks,
    });
  }

  #createCoordinator(): Coordinator {
    const { store, dispatch, escalate, onTransitions, externalUrl } = this.#options;
    const timeline = attributionView(this.timeline);
    const memory = new VerdictMemory(store.alerts);
    return new Coordinator({
      windows: store.windows,
      alerts: store.alerts,
      attribute: async (anomaly, asOf) => {
        const subject = await representative(anomaly, asOf, store.windows);
        const { cluster, namespace, workload } = subject.series;
        // Whoever leads the shard may not have learned yet what is known here.
        this.#placed(await this.#late.place([shardOf(cluster, namespace, workload, store.windows.shards)]));
        return causeOf(subject, asOf, {
          windows: store.windows,
          timeline,
          details: this.#details,
          past: (now) => memory.past(now),
          lookback: this.#config.correlation.lookback,
          attribution: { thresholds: tierThresholds(this.#config.correlation) },
        });
      },
      samplesOf: async (anomaly) => {
        const { series } = await representative(anomaly, anomaly.updatedAt, store.windows);
        const shard = shardOf(series.cluster, series.namespace, series.workload, store.windows.shards);
        const texts = await store.windows.readSamples(shard, series.id);
        return texts.map((text) => JSON.parse(text) as Readonly<Record<string, unknown>>);
      },
      changesSince: (cluster, from) => this.timeline.changes({ cluster, from, to: Number.MAX_SAFE_INTEGER }),
      timelineVersion: () => this.#timelineVersion,
      dispatch,
      escalate,
      policy: () => lifecyclePolicy(this.#config, externalUrl),
      onTransitions,
      ...(this.#options.onOwed ? { onOwed: this.#options.onOwed } : {}),
    });
  }

  async #coordinate(tick: number): Promise<void> {
    if (tick - this.#prunedAt >= PRUNE_EVERY) {
      this.#prunedAt = tick;
      this.timeline.prune(tick);
    }
    const lease = this.leases.coordinator;
    if (!lease) return;
    // Looks come between ticks, of which a daemon without shards knows only by the clock: time does not go back.
    this.#coordinatedAt = Math.max(this.#coordinatedAt, tick);
    if (!(await this.coordinator.step(this.#coordinatedAt, lease.token))) this.leases.forget();
  }

  #apply(record: Parameters<Timeline["apply"]>[0]): void {
    this.timeline.apply(record);
    this.#timelineVersion++;
  }
}
