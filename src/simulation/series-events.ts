import { podName, type SimulatedSeries } from "./fleet.ts";
import type { Effect } from "./incidents.ts";
import { guiltyDigest, rate } from "./intensity.ts";
import type { FilledOptions } from "./options.ts";
import { RandomStream } from "./random.ts";
import type { ViolationRecord } from "./records.ts";

/** An event before it has an id: ids are given in order of time over the whole fleet. */
export interface PendingEvent {
  readonly at: number;
  readonly series: SimulatedSeries;
  readonly record: Omit<ViolationRecord, "time" | "id">;
}

const MINUTE = 60_000;
/** Of clumped series, whose mean clump has 1.82 events. */
const CLUMPING = 2 / 3;
/** Variance over mean of the counts of a clumped series; 3. */
export const CLUMPED_DISPERSION = 1 / (1 - CLUMPING);
const MEAN_CLUMP = -CLUMPING / ((1 - CLUMPING) * Math.log(1 - CLUMPING));
/** Mean distance of two events of one clump. */
const WITHIN_CLUMP_MS = 1_500;

/** The events of one series, slot by slot, from its own random stream. */
export class SeriesEvents {
  readonly #series: SimulatedSeries;
  readonly #effects: readonly Effect[];
  readonly #options: FilledOptions;
  readonly #random: RandomStream;
  readonly #names = new Map<string, string>();

  constructor(series: SimulatedSeries, effects: readonly Effect[], options: FilledOptions) {
    this.#series = series;
    this.#effects = effects;
    this.#options = options;
    const { namespace, name } = series.workload;
    this.#random = new RandomStream(["events", options.seed, namespace, name, series.policy.name]);
  }

  /**
   * Events that begin in [from, to); those of a clump may lie after it. An inhomogeneous Poisson process by thinning
   * (Lewis and Shedler 1979): the rate is monotone within a slot of a few seconds, or steps once.
   */
  begin(from: number, to: number, out: PendingEvent[]): void {
    const effects = this.#effects.filter((effect) => effect.from < to && effect.to > from);
    const bound = Math.max(rate(this.#series, effects, from), rate(this.#series, effects, to - 1));
    const clumped = this.#series.shape === "clumped";
    const candidates = this.#random.poisson((bound * (to - from)) / MINUTE / (clumped ? MEAN_CLUMP : 1));
    for (let i = 0; i < candidates; i++) {
      const at = Math.floor(this.#random.between(from, to));
      if (this.#random.uniform() * bound >= rate(this.#series, effects, at)) continue;
      this.#emit(at, clumped ? this.#random.logarithmic(CLUMPING) : 1, effects, out);
    }
  }

  /** One clump: all of it comes from one pod. */
  #emit(start: number, size: number, effects: readonly Effect[], out: PendingEvent[]): void {
    const { history } = this.#series.workload;
    const digest = guiltyDigest(this.#series, effects, start, this.#random.uniform());
    const slots = Array.from({ length: history.replicas(start) }, (_, slot) => slot);
    const slot = this.#random.pick(
      digest === undefined ? slots : slots.filter((one) => history.versionOf(one, start).digest === digest),
    );
    const record = this.#record(slot, start);
    const end = this.#options.start + this.#options.durationMs;
    for (let at = start, i = 0; i < size && at < end; i++) {
      out.push({ at, series: this.#series, record });
      at += Math.ceil(this.#random.exponential(WITHIN_CLUMP_MS));
    }
  }

  #record(slot: number, at: number): PendingEvent["record"] {
    const { workload, policy } = this.#series;
    const version = workload.history.versionOf(slot, at);
    const withDigest = this.#random.uniform() < this.#options.eventsWithDigest;
    const withPod = this.#random.uniform() < this.#options.eventsWithPod;
    return {
      policy: policy.name,
      engine: policy.engine,
      regimes: policy.regimes,
      action: policy.action,
      cluster: workload.cluster,
      namespace: workload.namespace,
      workload: `Deployment/${workload.name}`,
      ...(withPod ? { pod: this.#podName(slot, at) } : {}),
      container: workload.container,
      ...(withDigest ? { image: version.image, digest: version.digest } : {}),
      serviceAccount: workload.name,
      ...(policy.peers.length > 0 ? { peer: this.#random.pick(policy.peers) } : {}),
      count: 1,
      labels: { team: workload.team },
    };
  }

  #podName(slot: number, at: number): string {
    const { history } = this.#series.workload;
    const activation = history.updateOf(slot, at)?.from ?? this.#options.start;
    const key = `${slot}/${activation}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = podName(this.#series.workload, history.versionOf(slot, at), slot, activation);
    this.#names.set(key, name);
    return name;
  }
}
