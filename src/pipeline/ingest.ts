/**
 * Ingest: the composer of the counting half. A payload is received, normalized, identified and recorded; the promise
 * resolves when everything accepted is durable in the store.
 */
import type { ErrorCode } from "../domain/errors.ts";
import type { Violation } from "../domain/violation.ts";
import type { Clock } from "../ports/clock.ts";
import type { PushSource } from "../ports/source.ts";
import type { EventClock } from "./event-clock.ts";
import type { IdentifiedViolation } from "./identify.ts";
import { type Normalized, normalize } from "./normalize.ts";
import { type ReceivedRecord, type Rejection, receive } from "./receive.ts";
import type { Recorder } from "./record.ts";
import type { SampleKeeper } from "./sample-keeper.ts";
import type { TimelineFeed } from "./timeline-feed.ts";

export interface IngestResult {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** Records understood that rightly count as nothing. */
  readonly ignored: number;
  readonly errors: readonly { readonly index: number; readonly code: ErrorCode; readonly message: string }[];
}

export interface IngestOptions {
  readonly identify: (violation: Violation) => IdentifiedViolation;
  readonly recorder: Recorder;
  readonly feed: TimelineFeed;
  readonly samples: SampleKeeper;
  readonly events: EventClock;
  readonly clock: Clock;
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
    return this.normalized(normalized, records, broken, brokenCount);
  }

  /** A batch that is normalized already: the timeline learns first, so that its own events find their identity. */
  async normalized(
    normalized: Normalized,
    records: readonly ReceivedRecord[],
    broken: readonly Rejection[] = [],
    brokenCount = broken.length,
  ): Promise<IngestResult> {
    const { identify, recorder, feed, events, samples } = this.#options;
    await feed.append(normalized.timeline.map((entry) => entry.record));
    const identified: IdentifiedViolation[] = [];
    let oldest = Number.POSITIVE_INFINITY;
    let newest = Number.NEGATIVE_INFINITY;
    for (const { violation } of normalized.violations) {
      identified.push(identify(violation));
      if (violation.time > newest) newest = violation.time;
      if (violation.time < oldest) oldest = violation.time;
    }
    const receipt = await recorder.record(identified);
    if (identified.length > 0) events.observe(oldest, newest);
    samples.offer(identified, normalized.violations, records);
    const refused: Rejection[] = receipt.refused.map((position) => ({
      index: normalized.violations[position]?.index ?? 0,
      code: "series_limit",
      message: "limits.series is reached: a new series is refused",
    }));
    const errors = [...broken, ...normalized.rejected, ...refused];
    return {
      accepted: identified.length - refused.length - receipt.duplicates + normalized.timeline.length,
      duplicates: receipt.duplicates + normalized.collapsed.length,
      rejected: brokenCount + normalized.rejected.length + refused.length,
      ignored: normalized.ignored.length,
      errors: errors.sort((a, b) => a.index - b.index).slice(0, MAX_ERRORS),
    };
  }
}
