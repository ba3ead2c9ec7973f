import type { Transition } from "../../domain/alert.ts";
import type { AlertCommit, AlertRecord, AlertStore, Attempt, OperatorRequest, OutboxItem } from "../../ports/alert-store.ts";
import type { Clock } from "../../ports/clock.ts";
import { COORDINATOR_LEASE } from "../../ports/leases.ts";
import { RESOLVED_AGE, RESOLVED_ALERTS, TRANSITION_ENTRIES, VALUE_AGE } from "../log-limits.ts";
import { BoundedLog } from "./bounded-log.ts";
import type { MemoryLeases } from "./memory-leases.ts";
import { MemoryOutbox, type OutboxDump } from "./memory-outbox.ts";
import { MemoryRequests, type RequestsDump } from "./memory-requests.ts";
import type { OperationLog } from "./operation.ts";

interface NamedValue {
  readonly value: string;
  readonly until: number;
}

export class MemoryAlerts implements AlertStore {
  readonly #clock: Clock;
  readonly #leases: MemoryLeases;
  readonly #log: OperationLog;
  readonly #alerts = new Map<string, AlertRecord>();
  /** When we heard that an alert was resolved: it is kept from then, however old its events are. */
  readonly #resolvedAt = new Map<string, number>();
  readonly #transitions = new BoundedLog<Transition>(TRANSITION_ENTRIES);
  readonly #outbox = new MemoryOutbox();
  readonly #requests = new MemoryRequests();
  readonly #values = new Map<string, NamedValue>();

  constructor(clock: Clock, leases: MemoryLeases, log: OperationLog) {
    this.#clock = clock;
    this.#leases = leases;
    this.#log = log;
  }

  async listAlerts(options: { includeResolved: boolean; limit: number; before?: string }): Promise<readonly AlertRecord[]> {
    const { before, includeResolved, limit } = options;
    return [...this.#alerts.values()]
      .filter(({ alert }) => includeResolved || alert.state !== "resolved")
      .filter(({ alert }) => before === undefined || alert.id < before)
      .sort((a, b) => (a.alert.id < b.alert.id ? 1 : -1))
      .slice(0, limit);
  }

  async getAlert(id: string): Promise<AlertRecord | undefined> {
    return this.#alerts.get(id);
  }

  async commitAlerts(commit: AlertCommit): Promise<boolean> {
    await this.#log.ready();
    if (commit.token !== this.#leases.token(COORDINATOR_LEASE) || commit.token === 0) return false;
    const now = this.#clock.now();
    this.applyCommit(commit, now);
    await this.#log.append({ op: "alerts", commit, now });
    return true;
  }

  async readTransitions(cursor: string | undefined, limit: number) {
    const { entries, cursor: next } = this.#transitions.read(cursor, limit);
    return { transitions: entries, cursor: next };
  }

  async claim(owner: string, now: number, limit: number, visibility: number): Promise<readonly OutboxItem[]> {
    return this.#outbox.claim(owner, now, limit, visibility);
  }

  async freeClaims(living: readonly string[]): Promise<number> {
    return this.#outbox.freeClaims(living);
  }

  async settle(id: string, attempt: Attempt, next: number | "delivered" | "dead"): Promise<void> {
    await this.#log.ready();
    this.applySettle(id, attempt, next);
    await this.#log.append({ op: "settle", id, attempt, next });
  }

  async revive(id: string, now: number): Promise<boolean> {
    await this.#log.ready();
    if (!this.applyRevive(id, now)) return false;
    await this.#log.append({ op: "revive", id, now });
    return true;
  }

  async listOutbox(options: { state?: OutboxItem["state"]; limit: number }): Promise<readonly OutboxItem[]> {
    return this.#outbox.list(options.state, options.limit);
  }

  async measureOutbox() {
    return this.#outbox.measure();
  }

  async leaveRequest(request: OperatorRequest): Promise<boolean> {
    await this.#log.ready();
    if (this.#requests.knows(request.id)) return false;
    this.applyRequest(request);
    await this.#log.append({ op: "request", request });
    return true;
  }

  async listRequests(limit: number): Promise<readonly OperatorRequest[]> {
    return this.#requests.list(limit);
  }

  async endRequest(id: string): Promise<void> {
    await this.#log.ready();
    this.applyRequestEnd(id);
    await this.#log.append({ op: "request-ended", id });
  }

  applyRequest(request: OperatorRequest): void {
    this.#requests.leave(request);
  }

  applyRequestEnd(id: string): void {
    this.#requests.end(id);
  }

  async readValue(name: string): Promise<string | undefined> {
    const stored = this.#values.get(name);
    if (!stored) return undefined;
    if (stored.until > this.#clock.now()) return stored.value;
    this.#values.delete(name);
    return undefined;
  }

  async writeValue(name: string, value: string, ttl?: number): Promise<void> {
    await this.#log.ready();
    const now = this.#clock.now();
    const until = now + (ttl ?? VALUE_AGE);
    this.applyValue(name, value, until);
    // Expired values are looked for now and then, when the number of values suggests that there are many.
    if (this.#values.size % 1000 === 0) {
      for (const [key, stored] of this.#values) if (stored.until <= now) this.#values.delete(key);
    }
    await this.#log.append({ op: "value", name, value, until });
  }

  applyCommit(commit: AlertCommit, now: number): void {
    for (const record of commit.alerts) {
      const { id, state } = record.alert;
      this.#alerts.set(id, record);
      if (state === "resolved") this.#resolvedAt.set(id, now);
      else this.#resolvedAt.delete(id);
    }
    for (const transition of commit.transitions) this.#transitions.append(transition);
    for (const entry of commit.outbox) this.#outbox.add(entry);
    if (commit.alerts.some(({ alert }) => alert.state === "resolved")) this.#forgetResolved(now);
  }

  applySettle(id: string, attempt: Attempt, next: number | "delivered" | "dead"): void {
    this.#outbox.settle(id, attempt, next);
  }

  applyRevive(id: string, now: number): boolean {
    return this.#outbox.revive(id, now);
  }

  applyValue(name: string, value: string, until: number): void {
    this.#values.set(name, { value, until });
  }

  #forgetResolved(now: number): void {
    const surplus = this.#resolvedAt.size - RESOLVED_ALERTS;
    const oldest = [...this.#resolvedAt].sort((a, b) => a[1] - b[1]);
    for (const [index, [id, at]] of oldest.entries()) {
      if (index >= surplus && at > now - RESOLVED_AGE) return;
      this.#alerts.delete(id);
      this.#resolvedAt.delete(id);
    }
  }

  dump(): AlertsDump {
    return {
      alerts: [...this.#alerts.values()],
      resolvedAt: [...this.#resolvedAt],
      transitions: this.#transitions.dump(),
      outbox: this.#outbox.dump(),
      values: [...this.#values],
      requests: this.#requests.dump(),
    };
  }

  load(dump: AlertsDump): void {
    for (const record of dump.alerts) this.#alerts.set(record.alert.id, record);
    for (const [id, at] of dump.resolvedAt) this.#resolvedAt.set(id, at);
    this.#transitions.load(dump.transitions);
    this.#outbox.load(dump.outbox);
    // Absent in what an earlier version saved.
    if (dump.requests) this.#requests.load(dump.requests);
    for (const [name, value] of dump.values) this.#values.set(name, value);
  }
}

export interface AlertsDump {
  readonly alerts: readonly AlertRecord[];
  readonly resolvedAt: readonly (readonly [id: string, at: number])[];
  readonly transitions: { readonly first: number; readonly entries: readonly Transition[] };
  readonly outbox: OutboxDump;
  readonly values: readonly (readonly [string, NamedValue])[];
  readonly requests?: RequestsDump;
}
