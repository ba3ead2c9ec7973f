/** A notifier tells one target about one transition. It never retries: only the deliver step does. */
import type { Transition } from "../domain/alert.ts";
import type { Change } from "../domain/change.ts";

export interface Notification {
  /** Idempotency key, constant over attempts; safe as a header or file name (`[a-zA-Z0-9_-]`). */
  readonly id: string;
  readonly transition: Transition;
  /** Receiver name, for templates. */
  readonly receiver: string;
  /** Labels the notification was grouped by. */
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly groupKey: string;
  /** Attempt number, from 1. */
  readonly attempt: number;
  /** Milliseconds since the transition happened when that is unusually long: say "delayed by …". */
  readonly delayedBy?: number;
  /** Public base URL of this installation, without trailing slash; may be empty. */
  readonly externalUrl: string;
  /** The silence that ends soon, when that is what is told. */
  readonly silence?: SilenceNotice;
  /** Sent by `test-receiver` or the canary: must be marked as a test. */
  readonly test?: boolean;
}

export interface SilenceNotice {
  readonly id: string;
  readonly createdBy: string;
  readonly comment: string;
  readonly endsAt: string;
}

/** A rollout that is told without an alert: context for whoever looks at an incident later. */
export interface ChangeNotice {
  readonly change: Change;
  /** Policies that have counted violations of the workload, in order; never empty. */
  readonly policies: readonly string[];
  /** Public base URL of this installation, without trailing slash; may be empty. */
  readonly externalUrl: string;
}

/** Why a delivery failed: the closed list that metrics and retries speak. */
export type FailureReason =
  | "timeout"
  | "network"
  | "rate-limited"
  | "server-error"
  | "client-error"
  | "auth-error"
  | "gone"
  | "redirect"
  | "forbidden-target"
  | "too-large"
  | "aborted";

export type Delivery =
  | { readonly ok: true; readonly reference?: string }
  | {
      readonly ok: false;
      readonly reason: FailureReason;
      readonly retryable: boolean;
      /** Milliseconds to wait, when the target said so. */
      readonly retryAfter?: number;
      /** For people. Never contains a secret. */
      readonly detail: string;
    };

/** The chart of an alert as a PNG, and what it shows in words. */
export interface AlertPicture {
  readonly png: Buffer;
  readonly alt: string;
}

/** Values a notifier keeps between messages of one alert (Slack channel and ts, mail message ids), durable. */
export interface NotifierMemory {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
}

export interface Notifier {
  /** Kind: console, slack, email, webhook, alertmanager … */
  readonly kind: string;
  send(notification: Notification, signal: AbortSignal): Promise<Delivery>;
  /** Present when the target wants to hear of changes. Never opens an incident. */
  readonly tellChange?: (notice: ChangeNotice, signal: AbortSignal) => Promise<Delivery>;
  close?(): Promise<void>;
}
