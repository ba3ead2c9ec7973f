/**
 * Ingest: the composer of the counting half. A payload is received, normalized, identified and recorded; the promise
 * resolves when everything accepted is durable in the store.
 */
import type { ErrorCode } from "../domain/errors.ts";
import type { Violation } from "../domain/violation.ts";
import type { Clock } from "../ports/clock.ts";
import type { PushSource } from "../ports/source.ts";
import type { EventClock } from "./event-clock.ts";
import type { EventDetails, NotedEvent } from "./event-details.ts";
import type { IdentifiedViolation } from "./identify.ts";
import type { Ignored } from "./ignored.ts";
import { type Normalized, normalize, type SourceTally } from "./normalize.ts";
import { type ReceivedRecord, type Rejection, receive } from "./receive.ts";
import type { Receipt, Recorder } from "./record.ts";
import type { ChosenSamples, SampleKeeper } from "./sample-keeper.ts";
import type { TimelineFeed } from "./timeline-feed.ts";

export interface IngestResult {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** Records understood that rightly count as nothing. */
  readonly ignored: Ignored;
  readonly errors: readonly { readonly index: number; readonly code: ErrorCode; readonly message: string }[];
}

export interface IngestOptions {
  readonly identify: (violation: Violation) => IdentifiedViolation;
  readonly recorder: Recorder;
  readonly feed: TimelineFeed;
  readonly samples: SampleKeeper;
  readonly events: EventClock;
  readonly details: EventDetails;
  readonly clock: Clock;
  /** Told which sources sent something, before it is counted. */
  readonly onSources?: (sources: ReadonlyMap<string, SourceTally>) => void;
}

/** Errors listed in an answer at most; the number rejected is always complete. */
const MAX_ERRORS = 1_000;

export class Ingest {
  readonly #options: IngestOptions;

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  /** One body as it came in. */
  async body(body: string | Uint8Array, candidates: readonly PushSource[], cluster: string): Promise<IngestResult> {
    const { records, rejected, rejectedCount } = receive(body);
    return this.records(records, candidates, cluster, rejected, rejectedCount);
  }

  /** Records already decoded. */
  async records(
    records: readonly ReceivedRecord[],
    candidates: readonly PushSource[],
    cluster: string,
    broken: readonly Rejection[] = [],
    brokenCount = broken.length,
  ): Promise<IngestResult> {
    const normalized = normalize(records, candidates, { now: this.#options.clock.now(), cluster });
    if (normalized.sources) this.#options.onSources?.(normalized.sources);
    return this.normalized(normalized, records, broken, brokenCount);
  }

  /** A batch that is normalized already: the timeline learns first, so that its own events find their identity. */
  async normalized(
    normalized: Normalized,
    records: readonly ReceivedRecord[],
    broken: readonly Rejection[] = [],
    brokenCount = broken.length,
  ): Promise<IngestResult> {
    if (normalized.timeline.length > 0) await this.#options.feed.append(normalized.timeline.map((entry) => entry.record));
    return this.#count(normalized, records, broken, brokenCount);
  }

  /**
   * Not an async function: while the store is waited for, as little of a batch as can be is held. Records that outlive a
   * few collections of young garbage cost more than all the rest of ingest.
   */
  #count(
    normalized: Normalized,
    records: readonly ReceivedRecord[],
    broken: readonly Rejection[],
    brokenCount: number,
  ): Promise<IngestResult> {
    const { identify, recorder, samples, details } = this.#options;
    const now = this.#options.events.now();
    const { violations, timeline, ignored, rejected, collapsed } = normalized;
    const places: number[] = [];
    const identified: IdentifiedViolation[] = [];
    const noted: (NotedEvent | undefined)[] = [];
    let oldest = Number.POSITIVE_INFINITY;
    let newest = Number.NEGATIVE_INFINITY;
    for (const { index, violation } of violations) {
      places.push(index);
      const one = identify(violation);
      identified.push(one);
      noted.push(details.note(one, now));
      if (violation.time > newest) newest = violation.time;
      if (violation.time < oldest) oldest = violation.time;
    }
    return this.#counted(recorder.record(identified), samples.choose(identified, places, records), {
      places,
      noted,
      oldest,
      newest,
      timeline: timeline.length,
      ignored,
      collapsed: collapsed.length,
      rejected: brokenCount + rejected.length,
      errors: rejected.length === 0 ? broken : [...broken, ...rejected],
    });
  }

  async #counted(recorded: Promise<Receipt>, chosen: ChosenSamples | undefined, batch: Batch): Promise<IngestResult> {
    const { events, samples } = this.#options;
    const { places, noted, oldest, newest, timeline, ignored, collapsed, rejected } = batch;
    const { duplicates, refused } = await recorded.catch((error: unknown) => {
      this.#takeBack(noted);
      events.refuse();
      throw error;
    });
    for (const position of duplicates) this.#takeBack([noted[position]]);
    if (places.length > 0) events.observe(oldest, newest);
    if (chosen !== undefined) samples.store(chosen);
    const errors = [...batch.errors, ...refused.map((position) => refusal(places[position] ?? 0))];
    return {
      accepted: places.length - refused.length - duplicates.length + timeline,
      duplicates: duplicates.length + collapsed,
      rejected: rejected + refused.length,
      ignored,
      errors: errors.sort((a, b) => a.index - b.index).slice(0, MAX_ERRORS),
    };
  }

  /** Events that were not counted, because they are known or will be sent again, are not to stand twice in the details. */
  #takeBack(noted: readonly (NotedEvent | undefined)[]): void {
    for (const one of noted) if (one) this.#options.details.takeBack(one);
  }
}

/** What is left of a batch while it is stored. */
interface Batch {
  /** Index of the record of each violation. */
  readonly places: readonly number[];
  /** Where the details have each violation. */
  readonly noted: readonly (NotedEvent | undefined)[];
  readonly oldest: number;
  readonly newest: number;
  readonly ignored: Ignored;
  /** Numbers of timeline records, collapsed and rejected ones. */
  readonly timeline: number;
  readonly collapsed: number;
  readonly rejected: number;
  readonly errors: readonly Rejection[];
}

function refusal(index: number): Rejection {
  return { index, code: "series_limit", message: "limits.series is reached: a new series is refused" };
}
