/** What the delivery loop needs, and what it says about its work. */
import type { AlertStore } from "../ports/alert-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { FailureReason, Notifier } from "../ports/notifier.ts";

/** `superseded`: a newer reminder is due. `no-such-target`: the configuration no longer has it. */
export type AttemptReason = FailureReason | "superseded" | "no-such-target";

export interface DeliveryEvent {
  readonly kind: "delivered" | "retry" | "dead" | "store-unavailable";
  /** Empty for `store-unavailable`. */
  readonly target: string;
  readonly reason?: AttemptReason;
  /** For people; without secrets. */
  readonly detail?: string;
  /** Number of this attempt, from 1. */
  readonly attempt: number;
  /** Milliseconds from the transition to now. */
  readonly latency: number;
  /** True when this failure is not the same as the one before: what is worth a log line. */
  readonly news: boolean;
}

/** One attempt and what came of it. `retry`: it will be tried again; `dead`: given up; `aborted`: we were stopped. */
export interface DeliveryAttempt {
  readonly alert: string;
  /** Idempotency key of the message, constant over attempts. */
  readonly notification: string;
  readonly receiver: string;
  /** `receiver/kind/index`. */
  readonly target: string;
  /** Type of the transition that is told. */
  readonly transition: string;
  /** Number of this attempt, from 1. */
  readonly attempt: number;
  readonly outcome: "delivered" | "retry" | "dead" | "aborted";
  readonly reason?: AttemptReason;
  /** For people; without secrets. */
  readonly detail?: string;
  /** The message is the canary's. */
  readonly canary?: boolean;
}

export interface DeliverOptions {
  readonly store: Pick<AlertStore, "claim" | "freeClaims" | "settle">;
  /** Notifiers by target (`receiver/kind/index`); asked anew for each message, so a reload takes effect at once. */
  readonly notifier: (target: string) => Notifier | undefined;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Unique per process. */
  readonly owner: string;
  /** How long an undeliverable message is retried, milliseconds. (Default in configuration: 24 h) */
  readonly horizon: number;
  /** Most messages sent to one target at once. (Default: 4) */
  readonly perTarget?: number;
  /** Longest time for one attempt, milliseconds. (Default: 60 s) */
  readonly attemptTimeout?: number;
  /** How often the outbox is looked at when nothing wakes us, milliseconds. (Default: 1 s) */
  readonly poll?: number;
  readonly externalUrl: string;
  readonly onEvent?: (event: DeliveryEvent) => void;
  /** Awaited before the store is told of the attempt. Must not reject, nor wait for long. */
  readonly onAttempt?: (attempt: DeliveryAttempt) => Promise<void>;
}
