import type { Attempt, OutboxEntry, OutboxItem } from "../../ports/alert-store.ts";
import { ATTEMPTS_KEPT, SETTLED_AGE, SETTLED_MESSAGES } from "../log-limits.ts";

/** Messages owed. Per (target, key) they form a queue ordered by sequence, and only its head can be claimed. */
export class MemoryOutbox {
  readonly #items = new Map<string, OutboxItem>();
  readonly #queues = new Map<string, string[]>();
  /** Who has claimed which message, and when it was due. Not kept: after a restart nobody has. */
  readonly #claims = new Map<string, { readonly owner: string; readonly dueAt: number }>();
  /** Settled messages in the order they were settled. */
  readonly #settled = new Map<string, number>();

  /** Writing an entry again changes nothing, even after it was delivered. */
  add(entry: OutboxEntry): void {
    if (this.#items.has(entry.id)) return;
    this.#items.set(entry.id, { ...entry, attempts: [], state: "pending", dueAt: entry.createdAt });
    this.#enqueue(entry);
  }

  claim(owner: string, now: number, limit: number, visibility: number): readonly OutboxItem[] {
    const due: OutboxItem[] = [];
    for (const [head] of this.#queues.values()) {
      const item = head === undefined ? undefined : this.#items.get(head);
      if (item && item.dueAt <= now) due.push(item);
    }
    due.sort((a, b) => a.dueAt - b.dueAt || (a.id < b.id ? -1 : 1));
    const claimed = due.slice(0, limit);
    for (const item of claimed) {
      this.#items.set(item.id, { ...item, dueAt: now + visibility });
      this.#claims.set(item.id, { owner, dueAt: item.dueAt });
    }
    return claimed;
  }

  freeClaims(living: readonly string[]): number {
    const freed = [...this.#claims].filter(([, { owner }]) => !living.includes(owner));
    for (const [id] of freed) {
      const item = this.#items.get(id);
      if (item) this.#items.set(id, this.#unclaimed(item));
      this.#claims.delete(id);
    }
    return freed.length;
  }

  settle(id: string, attempt: Attempt, next: number | "delivered" | "dead"): void {
    const item = this.#items.get(id);
    if (item?.state !== "pending") return;
    this.#claims.delete(id);
    const attempts = [...item.attempts, attempt].slice(-ATTEMPTS_KEPT);
    if (typeof next === "number") {
      this.#items.set(id, { ...item, attempts, dueAt: next });
      return;
    }
    this.#items.set(id, { ...item, attempts, state: next });
    this.#dequeue(item);
    this.#settled.set(id, attempt.at);
    this.#forgetSettled(attempt.at);
  }

  /** Due again at `now`, in its place of its queue. False when it is unknown or not dead. */
  revive(id: string, now: number): boolean {
    const item = this.#items.get(id);
    if (item?.state !== "dead") return false;
    this.#items.set(id, { ...item, state: "pending", dueAt: now });
    this.#settled.delete(id);
    this.#enqueue(item);
    return true;
  }

  list(state: OutboxItem["state"] | undefined, limit: number): readonly OutboxItem[] {
    const items = [...this.#items.values()].filter((item) => state === undefined || item.state === state);
    return items.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)).slice(0, limit);
  }

  measure(): { readonly pending: number; readonly oldest: number | undefined } {
    let pending = 0;
    let oldest: number | undefined;
    for (const queue of this.#queues.values()) {
      pending += queue.length;
      for (const id of queue) oldest = Math.min(oldest ?? Number.POSITIVE_INFINITY, this.#items.get(id)?.createdAt ?? 0);
    }
    return { pending, oldest };
  }

  dump(): OutboxDump {
    return { items: [...this.#items.values()].map((item) => this.#unclaimed(item)), settled: [...this.#settled] };
  }

  load(dump: OutboxDump): void {
    for (const item of dump.items) {
      this.#items.set(item.id, item);
      if (item.state === "pending") this.#enqueue(item);
    }
    for (const [id, at] of dump.settled) this.#settled.set(id, at);
  }

  #unclaimed(item: OutboxItem): OutboxItem {
    const claim = this.#claims.get(item.id);
    return claim ? { ...item, dueAt: claim.dueAt } : item;
  }

  #enqueue(entry: OutboxEntry): void {
    const name = queueName(entry);
    const queue = this.#queues.get(name) ?? [];
    queue.push(entry.id);
    queue.sort((a, b) => this.#sequence(a) - this.#sequence(b));
    this.#queues.set(name, queue);
  }

  #dequeue(item: OutboxItem): void {
    const name = queueName(item);
    const rest = (this.#queues.get(name) ?? []).filter((id) => id !== item.id);
    if (rest.length === 0) this.#queues.delete(name);
    else this.#queues.set(name, rest);
  }

  #sequence(id: string): number {
    return this.#items.get(id)?.sequence ?? 0;
  }

  #forgetSettled(now: number): void {
    for (const [id, at] of this.#settled) {
      if (this.#settled.size <= SETTLED_MESSAGES && at > now - SETTLED_AGE) return;
      this.#settled.delete(id);
      this.#items.delete(id);
    }
  }
}

export interface OutboxDump {
  readonly items: readonly OutboxItem[];
  readonly settled: readonly (readonly [string, number])[];
}

function queueName(entry: OutboxEntry): string {
  return JSON.stringify([entry.target, entry.key]);
}
