/**
 * Every change of the embedded store that must survive a restart, as one JSON value. Applying the same operations in the
 * same order gives the same store; that is what the journal does after a crash.
 */
import type { TimelineRecord } from "../../domain/observation.ts";
import type { AlertCommit, Attempt, OperatorRequest } from "../../ports/alert-store.ts";
import type { Placement } from "../../ports/windows.ts";
import type { FlushRecord } from "./flush-record.ts";

export type Operation =
  | { readonly op: "layout"; readonly shards: number; readonly width: number }
  | { readonly op: "record"; readonly flushes: readonly FlushRecord[] }
  | { readonly op: "place"; readonly placements: readonly Placement[] }
  | { readonly op: "commit"; readonly commits: readonly CommitRecord[] }
  | { readonly op: "samples"; readonly shard: number; readonly samples: readonly (readonly [string, readonly string[]])[] }
  | { readonly op: "token"; readonly name: string; readonly token: number }
  | { readonly op: "timeline"; readonly records: readonly TimelineRecord[] }
  | { readonly op: "alerts"; readonly commit: AlertCommit; readonly now: number }
  | {
      readonly op: "settle";
      readonly id: string;
      readonly attempt: Attempt;
      readonly next: number | "delivered" | "dead";
    }
  | { readonly op: "value"; readonly name: string; readonly value: string; readonly until: number }
  | { readonly op: "request"; readonly request: OperatorRequest }
  | { readonly op: "request-ended"; readonly id: string }
  | { readonly op: "revive"; readonly id: string; readonly now: number };

/** A shard commit whose token was checked already. */
export interface CommitRecord {
  readonly shard: number;
  readonly position: number;
  readonly states: readonly (readonly [string, string | null])[];
  readonly anomalies: readonly (readonly [string, string | null])[];
}

/** Where operations go before their callers are told that they happened. */
export interface OperationLog {
  /** False when nothing is written, so that nobody needs to prepare what would be. */
  readonly enabled: boolean;
  /** Resolves at once while the log can be written; otherwise tries to repair it, or rejects with `store_unavailable`. */
  ready(): Promise<void> | undefined;
  /** Resolves when the operation is durable. Operations are kept in the order of the calls. */
  append(operation: Operation): Promise<void> | undefined;
}

/** The log of a store without a directory: nothing outlives the process. */
export const NO_LOG: OperationLog = { enabled: false, ready: () => undefined, append: () => undefined };
