/** Messages as stored: the entry as JSON, its attempts as JSON objects joined by commas, its end if it has one. */
import type { Attempt, OutboxEntry, OutboxItem } from "../../ports/alert-store.ts";

const SEPARATOR = "\x01";

/** Beginning of all members of the queue of a (target, key), in one lexically ordered set of all queues. */
export function queuePrefix(entry: OutboxEntry): string {
  return `${JSON.stringify([entry.target, entry.key])}${SEPARATOR}`;
}

/** Ordered by sequence within its queue; ends with the id. */
export function queueMember(entry: OutboxEntry): string {
  return `${queuePrefix(entry)}${String(entry.sequence).padStart(16, "0")}${SEPARATOR}${entry.id}`;
}

/** `dueAt`: undefined while an older message of its queue is owed. */
export function readMessage(
  message: string,
  attempts: string | undefined,
  end: string | undefined,
  dueAt: number | undefined,
): OutboxItem {
  const entry = JSON.parse(message) as OutboxEntry;
  return {
    ...entry,
    attempts: JSON.parse(`[${attempts ?? ""}]`) as Attempt[],
    state: end === "delivered" || end === "dead" ? end : "pending",
    dueAt: dueAt ?? entry.createdAt,
  };
}
