/** What people do to an alert: acknowledge it, or resolve it by hand. Silences: routing/silences.ts. */
import type { AlertState, Transition, TransitionType } from "../../domain/alert.ts";
import type { AlertRecord } from "../../ports/alert-store.ts";
import { type AlertMemory, readMemory, writeMemory } from "./memory.ts";
import { apply } from "./settle.ts";

export interface Operation {
  readonly now: number;
  readonly by: string;
  readonly comment?: string;
}

export type OperationResult =
  | { readonly ok: true; readonly record: AlertRecord; readonly transition: Transition }
  | { readonly ok: false; readonly reason: "already-resolved" | "until-in-the-past" };

/** Stops reminders until the alert gets worse, is joined by a series, or `until` (milliseconds) has come. */
export function acknowledge(record: AlertRecord, operation: Operation & { readonly until?: number }): OperationResult {
  if (record.alert.state === "resolved") return { ok: false, reason: "already-resolved" };
  if (operation.until !== undefined && operation.until <= operation.now) return { ok: false, reason: "until-in-the-past" };
  return operate(record, operation, "alert.acknowledged", "acknowledged", "acknowledged", (memory) => {
    const { acknowledgedUntil: _before, waiting: _waiting, ...rest } = memory;
    return operation.until === undefined ? rest : { ...rest, acknowledgedUntil: operation.until };
  });
}

/** Closes the alert; series that are still anomalous fire again only when they get worse or after they were normal. */
export function resolveByHand(record: AlertRecord, operation: Operation): OperationResult {
  if (record.alert.state === "resolved") return { ok: false, reason: "already-resolved" };
  return operate(record, operation, "alert.resolved", "resolved-by-hand", "resolved", (memory) => ({ ...memory, byHand: true }));
}

function operate(
  record: AlertRecord,
  operation: Operation,
  type: TransitionType,
  reason: string,
  state: AlertState,
  change: (memory: AlertMemory) => AlertMemory,
): OperationResult {
  const { comment: _comment, ...before } = record.alert;
  const named = { ...before, acknowledgedBy: operation.by, ...(operation.comment ? { comment: operation.comment } : {}) };
  const alert = apply(operation.now, named, { type, reason, state });
  const memory = change(readMemory(record));
  const ratios = Object.fromEntries(alert.series.map((one) => [one.id, one.ratio]));
  const told = { ...memory.told, at: operation.now, type, reason, severity: alert.severity, ratios };
  return {
    ok: true,
    record: { alert, internal: writeMemory({ ...memory, told }) },
    transition: { type, timestamp: alert.updatedAt, reason, data: alert },
  };
}
