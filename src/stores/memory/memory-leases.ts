import type { Clock } from "../../ports/clock.ts";
import type { Lease, LeaseStore } from "../../ports/leases.ts";
import type { OperationLog } from "./operation.ts";

interface Held {
  readonly owner: string;
  readonly expiresAt: number;
}

/** Leases of one process. Tokens outlive a restart, holders do not: only one process can have the directory open. */
export class MemoryLeases implements LeaseStore {
  readonly #clock: Clock;
  readonly #log: OperationLog;
  readonly #held = new Map<string, Held>();
  readonly #tokens = new Map<string, number>();
  readonly #living = new Map<string, number>();

  constructor(clock: Clock, log: OperationLog) {
    this.#clock = clock;
    this.#log = log;
  }

  async acquire(names: readonly string[], owner: string, ttl: number): Promise<readonly (Lease | undefined)[]> {
    await this.#log.ready();
    const now = this.#clock.now();
    const writes: (Promise<void> | undefined)[] = [];
    const leases = names.map((name): Lease | undefined => {
      const held = this.#held.get(name);
      if (held && held.owner !== owner && held.expiresAt > now) return undefined;
      let token = this.token(name);
      if (held?.owner !== owner) {
        token++;
        this.setToken(name, token);
        writes.push(this.#log.append({ op: "token", name, token }));
      }
      const expiresAt = now + ttl;
      this.#held.set(name, { owner, expiresAt });
      return { name, token, expiresAt };
    });
    await Promise.all(writes);
    return leases;
  }

  async release(names: readonly string[], owner: string): Promise<void> {
    for (const name of names) if (this.#held.get(name)?.owner === owner) this.#held.delete(name);
  }

  async heartbeat(owner: string, ttl: number): Promise<readonly string[]> {
    const now = this.#clock.now();
    this.#living.set(owner, now + ttl);
    for (const [name, until] of this.#living) if (until <= now) this.#living.delete(name);
    return [...this.#living.keys()].sort();
  }

  /** Newest token of a lease, 0 when it was never taken. */
  token(name: string): number {
    return this.#tokens.get(name) ?? 0;
  }

  setToken(name: string, token: number): void {
    this.#tokens.set(name, token);
  }

  dump(): readonly (readonly [string, number])[] {
    return [...this.#tokens];
  }
}
