/**
 * A source turns records of one product into violations or timeline records. Push sources are pure: what they are
 * given decides what they return. Pull sources fetch by themselves.
 */
import type { ErrorCode } from "../domain/errors.ts";
import type { TimelineRecord } from "../domain/observation.ts";
import type { Violation } from "../domain/violation.ts";

export interface ParseContext {
  /** Arrival time, milliseconds. */
  readonly now: number;
  /** Cluster name to use when the record has none. Never empty. */
  readonly cluster: string;
}

/** What became of one input record. */
export type Outcome =
  | { readonly type: "violation"; readonly violation: Violation }
  | { readonly type: "timeline"; readonly record: TimelineRecord }
  /** Understood, and rightly counts as nothing: an allowed flow, a heartbeat, the tool's own message. */
  | {
      readonly type: "ignored";
      readonly reason: string;
      /** Events that the source says it dropped or could not tell, >= 1: what it counts since then is a lower bound. */
      readonly lost?: number;
    }
  | { readonly type: "rejected"; readonly code: ErrorCode; readonly message: string };

export interface PushSource {
  /** Name in `?source=` and configuration. */
  readonly name: string;
  /** Which route takes it. `kubernetes` objects are changes; policy violations are events. */
  readonly accepts: "events" | "changes";
  /**
   * True when the decoded record is certainly of this source's format. Called for `source=auto`, in the order of
   * `src/sources/index.ts`; must be cheap, must not throw on any JSON value.
   */
  recognizes(record: unknown): boolean;
  /** One decoded record in, its outcomes out (one record may hold several). Never throws; input is never modified. */
  parse(record: unknown, context: ParseContext): readonly Outcome[];
  /**
   * Removes what one batch reports twice (e.g. a drop beside its policy verdict). Called once per request with all
   * violations of this source, in order; returns those to keep.
   */
  collapse?(violations: readonly Violation[]): readonly Violation[];
}

export interface PullSource {
  /** Name in configuration. */
  readonly name: string;
  /**
   * Runs until aborted. The promise of `accept` is the acknowledgement: it resolves when the records are stored, and
   * until then the source takes in no more.
   */
  run(accept: (records: readonly TimelineRecord[]) => Promise<void>, signal: AbortSignal): Promise<void>;
}
