/** Alerts, what is told of them, and the outbox: everything the coordinator and the dispatcher own. */
import type { Alert, Transition } from "../domain/alert.ts";

export type { Alert };

/** A stored alert: the public object and what the lifecycle needs to continue after a restart (opaque JSON). */
export interface AlertRecord {
  readonly alert: Alert;
  readonly internal: string;
}

/** One message owed to one receiver. Messages with one `key` are delivered in order of `sequence`. */
export interface OutboxEntry {
  /** Idempotency key: hash of receiver, alert id and transition; writing it twice leaves one entry. */
  readonly id: string;
  /** Receiver and integration, e.g. `security/slack/0`. Entries of different targets never wait for each other. */
  readonly target: string;
  /** Order key, e.g. the alert id. */
  readonly key: string;
  /** Increases within (target, key). */
  readonly sequence: number;
  readonly createdAt: number;
  /** The transition as JSON, exactly as it will be told. */
  readonly payload: string;
  /** Routing context: group labels and the like, JSON. */
  readonly context: string;
}

export interface Attempt {
  readonly at: number;
  readonly ok: boolean;
  /** Closed list: see notifier.ts. */
  readonly reason?: string;
  readonly detail?: string;
  readonly reference?: string;
}

export interface OutboxItem extends OutboxEntry {
  readonly attempts: readonly Attempt[];
  readonly state: "pending" | "delivered" | "dead";
  /** Earliest next attempt, milliseconds. */
  readonly dueAt: number;
}

/** Everything one coordinator step changes; atomic, refused as a whole when the token is stale. */
export interface AlertCommit {
  readonly token: number;
  readonly alerts: readonly AlertRecord[];
  readonly transitions: readonly Transition[];
  readonly outbox: readonly OutboxEntry[];
}

/** What a person asked for in a daemon that may not be the one that coordinates. */
export interface OperatorRequest {
  /** The same for the same act of the same person: it is done once, whoever heard of it and how often. */
  readonly id: string;
  /** When, milliseconds. */
  readonly at: number;
  /** JSON. */
  readonly payload: string;
}

export interface AlertStore {
  /** Alerts not yet resolved, and resolved ones kept for `alerts` retention, newest first. */
  listAlerts(options: {
    readonly includeResolved: boolean;
    readonly limit: number;
    readonly before?: string;
  }): Promise<readonly AlertRecord[]>;
  getAlert(id: string): Promise<AlertRecord | undefined>;
  /** False when the token is stale. */
  commitAlerts(commit: AlertCommit): Promise<boolean>;
  /** Transitions after a cursor, oldest first: what the stream sends to late joiners. */
  readTransitions(
    cursor: string | undefined,
    limit: number,
  ): Promise<{ readonly transitions: readonly Transition[]; readonly cursor: string | undefined }>;

  /**
   * Claims due entries for `owner`, hidden from others for `visibility` milliseconds; per (target, key) only the oldest
   * undelivered one. After a crash they become due again then, or when `freeClaims` says who is left.
   */
  claim(owner: string, now: number, limit: number, visibility: number): Promise<readonly OutboxItem[]>;
  /** What owners other than these had claimed is due again at the time it was. Resolves with how many entries that were. */
  freeClaims(living: readonly string[]): Promise<number>;
  /** Notes an attempt; `next` is when to try again, `delivered` or `dead` ends it. */
  settle(id: string, attempt: Attempt, next: number | "delivered" | "dead"): Promise<void>;
  /** A dead message becomes due at `now`, in its place among what is owed. False when it is unknown or not dead. */
  revive(id: string, now: number): Promise<boolean>;
  listOutbox(options: { readonly state?: OutboxItem["state"]; readonly limit: number }): Promise<readonly OutboxItem[]>;

  /** How many entries are pending, and when the oldest of them was written, milliseconds. At little cost, however many there are. */
  measureOutbox(): Promise<{ readonly pending: number; readonly oldest: number | undefined }>;

  /** Leaves a request for the coordinator. False when one of this id was left within the last day, done or not. */
  leaveRequest(request: OperatorRequest): Promise<boolean>;
  /** Requests not ended yet, oldest first. */
  listRequests(limit: number): Promise<readonly OperatorRequest[]>;
  /** It was done, or cannot be. Unknown ids are ignored. */
  endRequest(id: string): Promise<void>;

  /** Small named values that outlive a restart: message references (Slack ts, mail ids), silences, self-monitoring. */
  readValue(name: string): Promise<string | undefined>;
  writeValue(name: string, value: string, ttl?: number): Promise<void>;
}
