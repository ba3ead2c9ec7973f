/**
 * What the lifecycle must remember of an alert beyond the public object, so that a restart or a hand-over continues
 * where the last coordinator stopped. Stored as `AlertRecord.internal`.
 */
import type { Severity, TransitionType } from "../../domain/alert.ts";
import type { AlertRecord } from "../../ports/alert-store.ts";

export interface SeriesMemory {
  readonly openedAt: number;
  /** When the anomaly was last reported. */
  readonly seenAt: number;
  readonly resolvedAt: number | null;
  readonly resolvedBy?: string;
  /** It had ended in this alert before, and rose again. */
  readonly again?: boolean;
}

/** What people were last told, which decides whether there is news. */
export interface ToldMemory {
  readonly at: number;
  readonly type: TransitionType;
  readonly reason: string;
  /** Verdict, tier and cause, see causeSignature. */
  readonly cause: string;
  readonly severity: Severity;
  /** Ratio told by series id; a series that is not in it has joined since. */
  readonly ratios: Readonly<Record<string, number>>;
}

/** What one delivery target was last sent of this alert. Owned by the dispatcher. */
export interface TargetMemory {
  /** Version of the alert, 0: nothing yet. */
  readonly version: number;
  readonly at: number;
  readonly resolved: boolean;
  /** Messages so far: the order within the target. */
  readonly sequence: number;
  /** Id of the silence whose near end it was told of. */
  readonly noticed?: string;
  /** Id of the storm in which the alert was told in sum; absent once it is told by itself. */
  readonly storm?: string;
}

/** What a storm must remember. Owned by storm mode. */
export interface StormMemory {
  readonly target: string;
  /** Alerts summed so far, and how many the last message spoke of. */
  readonly total: number;
  readonly toldTotal: number;
  readonly toldAt: number;
  /** When alerts last came fast. */
  readonly busyAt: number;
}

export interface AlertMemory {
  readonly v: 1;
  readonly causeKey: readonly string[];
  readonly series: Readonly<Record<string, SeriesMemory>>;
  readonly told: ToldMemory;
  /** Resolved by a person while series were still open: these do not fire again unless they get worse. */
  readonly byHand?: boolean;
  /** That the suspect is out of service was told; a second time only after it ran again. */
  readonly mitigated?: boolean;
  /** When it fired again, milliseconds, lately; absent while it did not. */
  readonly reopened?: readonly number[];
  /** When an acknowledgement ends by itself. */
  readonly acknowledgedUntil?: number;
  /** Since when, milliseconds, the receiver of a route waits for somebody to acknowledge. Owned by escalation. */
  readonly waiting?: Readonly<Record<string, number>>;
  readonly targets: Readonly<Record<string, TargetMemory>>;
  /** Only of a storm's own alert. */
  readonly storm?: StormMemory;
}

/** Records are immutable and are asked for at every tick, so each is parsed once. */
const PARSED = new WeakMap<AlertRecord, AlertMemory>();

/** Throws when the record was written by a version we do not know: guessing would lose or repeat notifications. */
export function readMemory(record: AlertRecord): AlertMemory {
  const known = PARSED.get(record);
  if (known) return known;
  const memory: unknown = JSON.parse(record.internal);
  if (typeof memory !== "object" || memory === null || !("v" in memory) || memory.v !== 1)
    throw new Error(`alert ${record.alert.id}: stored by an unknown version`);
  const read = memory as AlertMemory;
  PARSED.set(record, read);
  return read;
}

export function writeMemory(memory: AlertMemory): string {
  return JSON.stringify(memory);
}
