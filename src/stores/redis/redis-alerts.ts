import type { Transition } from "../../domain/alert.ts";
import type {
  AlertCommit,
  AlertRecord,
  AlertStore,
  Attempt,
  OperatorRequest,
  OutboxEntry,
  OutboxItem,
} from "../../ports/alert-store.ts";
import type { Clock } from "../../ports/clock.ts";
import {
  ATTEMPTS_KEPT,
  REQUEST_AGE,
  REQUESTS,
  RESOLVED_AGE,
  RESOLVED_ALERTS,
  SETTLED_AGE,
  SETTLED_MESSAGES,
  TRANSITION_ENTRIES,
  VALUE_AGE,
} from "../log-limits.ts";
import { oldestFirst } from "../operator-requests.ts";
import type { Argument, RedisConnection } from "./connection.ts";
import type { Keys } from "./keys.ts";
import { queueMember, queuePrefix, readMessage } from "./outbox-codec.ts";
import { toList, toNumber, toText, toTexts } from "./replies.ts";
import { readStream } from "./stream-log.ts";

/** Everything under the alerts tag goes when nothing was written for so long. */
const UNUSED_AGE = 400 * 86_400_000;

export class RedisAlerts implements AlertStore {
  readonly #connection: RedisConnection;
  readonly #keys: Keys;
  readonly #clock: Clock;

  constructor(connection: RedisConnection, keys: Keys, clock: Clock) {
    this.#connection = connection;
    this.#keys = keys;
    this.#clock = clock;
  }

  async listAlerts(options: { includeResolved: boolean; limit: number; before?: string }): Promise<readonly AlertRecord[]> {
    const index = options.includeResolved ? this.#keys.allAlerts : this.#keys.unresolved;
    const max = options.before === undefined ? "+" : `(${options.before}`;
    const ids = await this.#connection.one({ command: "zrevrangebylex", args: [index, max, "-", "LIMIT", 0, options.limit] });
    return (await this.#readFields(this.#keys.alerts, toTexts(ids))).flatMap((json) =>
      json === undefined ? [] : (JSON.parse(json) as AlertRecord),
    );
  }

  async getAlert(id: string): Promise<AlertRecord | undefined> {
    const json = toText(await this.#connection.one({ command: "hget", args: [this.#keys.alerts, id] }));
    return json === undefined ? undefined : (JSON.parse(json) as AlertRecord);
  }

  async commitAlerts(commit: AlertCommit): Promise<boolean> {
    const keys = this.#keys;
    const args: Argument[] = [commit.token, this.#clock.now(), RESOLVED_AGE, RESOLVED_ALERTS, TRANSITION_ENTRIES, UNUSED_AGE];
    args.push(commit.alerts.length, commit.transitions.length, commit.outbox.length);
    for (const record of commit.alerts) {
      const { id, state } = record.alert;
      // Kept from when we heard of it: an alert of last year's log is news to the reader of today.
      args.push(id, state === "resolved" ? this.#clock.now() : "", JSON.stringify(record));
    }
    for (const transition of commit.transitions) args.push(JSON.stringify(transition));
    for (const entry of commit.outbox) {
      args.push(entry.id, queueMember(entry), queuePrefix(entry), entry.createdAt, JSON.stringify(entry));
    }
    const reply = await this.#connection.one({
      script: "commit-alerts",
      keys: [
        ...[keys.coordinator, keys.alerts, keys.unresolved, keys.allAlerts, keys.resolved, keys.transitions],
        ...[keys.messages, keys.queues, keys.due, keys.owed],
      ],
      args,
    });
    return toNumber(reply) === 1;
  }

  async readTransitions(cursor: string | undefined, limit: number) {
    const { entries, cursor: next } = await readStream<Transition>(this.#connection, this.#keys.transitions, cursor, limit);
    return { transitions: entries, cursor: next };
  }

  async claim(owner: string, now: number, limit: number, visibility: number): Promise<readonly OutboxItem[]> {
    const reply = await this.#connection.one({
      script: "claim-messages",
      keys: [this.#keys.messages, this.#keys.due, this.#keys.attempts, this.#keys.claims],
      args: [now, limit, now + visibility, owner, UNUSED_AGE],
    });
    const fields = toList(reply);
    const items: OutboxItem[] = [];
    for (let i = 0; i + 2 < fields.length; i += 3) {
      items.push(readMessage(String(fields[i]), toText(fields[i + 1]), undefined, toNumber(fields[i + 2])));
    }
    return items;
  }

  async freeClaims(living: readonly string[]): Promise<number> {
    const { claims, due } = this.#keys;
    return toNumber(await this.#connection.one({ script: "free-claims", keys: [claims, due], args: [...living] }));
  }

  async settle(id: string, attempt: Attempt, next: number | "delivered" | "dead"): Promise<void> {
    const keys = this.#keys;
    const stored = toText(await this.#connection.one({ command: "hget", args: [keys.messages, id] }));
    if (stored === undefined) return;
    const entry = JSON.parse(stored) as OutboxEntry;
    await this.#connection.one({
      script: "settle-message",
      keys: [keys.messages, keys.queues, keys.due, keys.attempts, keys.ends, keys.ended, keys.claims, keys.owed],
      args: [
        ...[id, queueMember(entry), queuePrefix(entry), JSON.stringify(attempt), next, attempt.at],
        ...[SETTLED_AGE, SETTLED_MESSAGES, ATTEMPTS_KEPT, UNUSED_AGE],
      ],
    });
  }

  async revive(id: string, now: number): Promise<boolean> {
    const keys = this.#keys;
    const stored = toText(await this.#connection.one({ command: "hget", args: [keys.messages, id] }));
    if (stored === undefined) return false;
    const entry = JSON.parse(stored) as OutboxEntry;
    const reply = await this.#connection.one({
      script: "revive-message",
      keys: [keys.messages, keys.queues, keys.due, keys.ends, keys.ended, keys.owed],
      args: [id, queueMember(entry), queuePrefix(entry), now, UNUSED_AGE, entry.createdAt],
    });
    return toNumber(reply) === 1;
  }

  async listOutbox(options: { state?: OutboxItem["state"]; limit: number }): Promise<readonly OutboxItem[]> {
    const keys = this.#keys;
    // Bounded: pending messages by what is owed, settled ones by SETTLED_MESSAGES.
    const ids = toTexts(await this.#connection.one({ command: "hkeys", args: [keys.messages] }));
    const [messages, attempts, ends] = await Promise.all(
      [keys.messages, keys.attempts, keys.ends].map((key) => this.#readFields(key, ids)),
    );
    const due = ids.length === 0 ? [] : toList(await this.#connection.one({ command: "zmscore", args: [keys.due, ...ids] }));
    const items: OutboxItem[] = [];
    for (const index of ids.keys()) {
      const message = messages?.[index];
      const score = due[index];
      const dueAt = score === null || score === undefined ? undefined : toNumber(score);
      if (message !== undefined) items.push(readMessage(message, attempts?.[index], ends?.[index], dueAt));
    }
    return items
      .filter((item) => options.state === undefined || item.state === options.state)
      .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
      .slice(0, options.limit);
  }

  async measureOutbox() {
    const [pending, oldest] = await this.#connection.run([
      { command: "zcard", args: [this.#keys.queues] },
      { command: "zrange", args: [this.#keys.owed, 0, 0, "WITHSCORES"] },
    ]);
    const [, at] = toTexts(oldest ?? []);
    return { pending: toNumber(pending), oldest: at === undefined ? undefined : Number(at) };
  }

  async leaveRequest(request: OperatorRequest): Promise<boolean> {
    const reply = await this.#connection.one({
      script: "leave-request",
      keys: [this.#keys.requests, this.#keys.requestTimes],
      args: [request.id, request.at, JSON.stringify(request), REQUEST_AGE, REQUESTS],
    });
    return toNumber(reply) === 1;
  }

  async listRequests(limit: number): Promise<readonly OperatorRequest[]> {
    const found = toTexts(await this.#connection.one({ command: "hvals", args: [this.#keys.requests] }));
    return oldestFirst(found.map((json) => JSON.parse(json) as OperatorRequest)).slice(0, limit);
  }

  async endRequest(id: string): Promise<void> {
    await this.#connection.one({ command: "hdel", args: [this.#keys.requests, id] });
  }

  async readValue(name: string): Promise<string | undefined> {
    return toText(await this.#connection.one({ command: "get", args: [this.#keys.value(name)] }));
  }

  async writeValue(name: string, value: string, ttl?: number): Promise<void> {
    await this.#connection.one({ command: "set", args: [this.#keys.value(name), value, "PX", ttl ?? VALUE_AGE] });
  }

  async #readFields(key: string, fields: readonly string[]): Promise<readonly (string | undefined)[]> {
    if (fields.length === 0) return [];
    return toList(await this.#connection.one({ command: "hmget", args: [key, ...fields] })).map(toText);
  }
}
