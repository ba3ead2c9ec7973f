/**
 * One resource in one namespace: a complete list, then every event since, without a gap and without a repetition,
 * whatever breaks in between. A position is taken over only when everything up to it is stored.
 */
import type { OpenObject, TimelineRecord } from "../../domain/observation.ts";
import type { Clock } from "../../ports/clock.ts";
import { kubernetesSource } from "../kubernetes.ts";
import { asObject, countAt, objectAt, textAt } from "../kubernetes-fields.ts";
import { ApiFailure, failureOf, failureOfStatus } from "./api-failure.ts";
import type { Connection } from "./connection.ts";
import type { Gate } from "./gate.ts";
import { jsonLines } from "./json-lines.ts";
import { KnownObjects } from "./known-objects.ts";
import { listPages } from "./list-pages.ts";
import { kindOf, pathOf, type WatchTarget } from "./resources.ts";
import { retryPause } from "./retry-pause.ts";
import type { ListReason, WatchEvent, WatchProgress } from "./watch-status.ts";

export interface WatchLoopOptions {
  readonly target: WatchTarget;
  readonly cluster: string;
  readonly connection: Connection;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly open: readonly OpenObject[];
  /** Resolves when the records are stored. */
  readonly accept: (records: readonly TimelineRecord[]) => Promise<void>;
  readonly onEvent: (event: WatchEvent) => void;
  readonly progress: WatchProgress;
  /** Lists of all loops pass through it one after the other, so that only one of them takes memory. */
  readonly lists: Gate;
}

/** The server ends a watch after a random time between this and twice this, seconds: not all at once. */
const WATCH_SECONDS = 240;
/** A watch that lasted this long has worked, even without an event, milliseconds. */
const PROVEN_AFTER = 10_000;
/** The log of the timeline keeps two weeks, so what lives longer is said again in time, milliseconds. */
const RESTATE_AFTER = 7 * 24 * 3_600_000;

export class WatchLoop {
  readonly #options: WatchLoopOptions;
  readonly #known: KnownObjects;
  /** Where the watch goes on; undefined: with a new list. */
  #position: string | undefined;
  #listFor: ListReason = "start";
  #listedAt = Number.NEGATIVE_INFINITY;
  #failures = 0;

  constructor(options: WatchLoopOptions) {
    this.#options = options;
    this.#known = new KnownObjects(options.cluster, options.open);
  }

  /** Runs until aborted; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.#position === undefined) await this.#options.lists.pass(() => this.#list(signal));
        await this.#watch(signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#pauseAfter(failureOf(error), signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { connection, target, clock, progress, onEvent } = this.#options;
    signal.throwIfAborted();
    const startedAt = clock.now();
    const reason = this.#listFor;
    this.#known.beginList(reason === "refresh");
    let position: string | undefined;
    const kind = kindOf(target);
    const read = (item: unknown) => this.#read(item, kind, false);
    for await (const page of listPages(connection, target, read, signal)) {
      progress.lastSeenAt = clock.now();
      await this.#deliver(page.items, signal);
      if (page.isLast) position = page.resourceVersion;
    }
    await this.#deliver(this.#known.endList(clock.now()), signal);
    this.#position = position;
    this.#listedAt = startedAt;
    progress.synced = true;
    progress.objects = this.#known.size;
    onEvent({ type: "listed", target, reason, objects: this.#known.size, took: clock.now() - startedAt });
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { connection, target, clock, random, progress } = this.#options;
    const seconds = Math.round(WATCH_SECONDS * (1 + random()));
    const query = {
      watch: "true",
      allowWatchBookmarks: "true",
      resourceVersion: this.#position ?? "",
      timeoutSeconds: String(seconds),
    };
    const startedAt = clock.now();
    const body = await connection.get({ path: pathOf(target), query, signal, silence: (seconds + 15) * 1000 });
    progress.standing(clock.now());
    let proven = false;
    for await (const events of jsonLines(body)) {
      await this.#take(events, signal);
      proven = true;
    }
    // Ended by the server, in order: nothing was missed, and the next one begins where this one was.
    if (clock.now() - this.#listedAt >= RESTATE_AFTER) this.#listAnew("refresh");
    if (!proven && clock.now() - startedAt < PROVEN_AFTER) throw new ApiFailure("dropped", "the watch ended at once");
    this.#worked();
  }

  async #take(events: readonly unknown[], signal: AbortSignal): Promise<void> {
    const records: TimelineRecord[] = [];
    let position = this.#position;
    let broken: ApiFailure | undefined;
    for (const event of events) {
      const object = objectAt(asObject(event), "object");
      const type = textAt(asObject(event), "type");
      if (type === "ERROR") {
        broken = failureOfStatus(countAt(object, "code") ?? 500, object);
        break;
      }
      if (type !== "BOOKMARK") records.push(...this.#read(object, kindOf(this.#options.target), type === "DELETED"));
      position = textAt(objectAt(object, "metadata"), "resourceVersion") ?? position;
    }
    await this.#deliver(records, signal);
    this.#position = position;
    this.#options.progress.objects = this.#known.size;
    if (broken !== undefined) throw broken;
    this.#options.progress.standing(this.#options.clock.now());
    this.#worked();
  }

  /** What of an object the timeline does not know yet. Of the object itself nothing is kept. */
  #read(object: unknown, kind: string, deleted: boolean): readonly TimelineRecord[] {
    const { cluster, clock } = this.#options;
    // Items of a list do not say what they are.
    const named = { ...asObject(object), kind };
    const outcomes = kubernetesSource.parse(
      { type: deleted ? "DELETED" : "MODIFIED", object: named },
      { now: clock.now(), cluster },
    );
    const records = outcomes.flatMap((outcome) => (outcome.type === "timeline" ? [outcome.record] : []));
    const isNews = records.some((one) => (one.type === "pod" || one.type === "owner") && this.#known.observe(one, deleted));
    return isNews ? records : [];
  }

  /** Resolves when the records are stored, however long the store is away. Rejects only when aborted. */
  async #deliver(records: readonly TimelineRecord[], signal: AbortSignal): Promise<void> {
    const { accept, clock, random } = this.#options;
    if (records.length === 0) return;
    for (let failures = 1; ; failures++) {
      signal.throwIfAborted();
      try {
        await accept(records);
        return;
      } catch (error) {
        if (failures === 1) this.#failed(new ApiFailure("store", failureOf(error).message), failures);
        await clock.sleep(retryPause(failures, undefined, random), signal);
      }
    }
  }

  async #pauseAfter(failure: ApiFailure, signal: AbortSignal): Promise<void> {
    const { connection, clock, random } = this.#options;
    if (failure.reason === "expired") this.#listAnew("expired");
    if (failure.reason === "unauthorized" || failure.reason === "certificate") connection.renew();
    this.#failures += 1;
    this.#failed(failure, this.#failures);
    await clock.sleep(retryPause(this.#failures, failure.retryAfter, random), signal).catch(() => undefined);
  }

  #failed({ reason, message }: ApiFailure, inARow: number): void {
    const { onEvent, target, progress, clock, connection } = this.#options;
    progress.fell(reason, clock.now());
    onEvent({ type: "failed", target, reason, detail: connection.withoutSecrets(message), inARow });
  }

  #listAnew(reason: ListReason): void {
    this.#position = undefined;
    this.#listFor = this.#options.progress.synced ? reason : "start";
  }

  #worked(): void {
    const { onEvent, target } = this.#options;
    if (this.#failures > 0) onEvent({ type: "recovered", target, failures: this.#failures });
    this.#failures = 0;
  }
}
