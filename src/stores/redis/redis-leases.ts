import type { Clock } from "../../ports/clock.ts";
import type { Lease, LeaseStore } from "../../ports/leases.ts";
import type { RedisConnection } from "./connection.ts";
import type { Keys } from "./keys.ts";
import { toNumber, toTexts } from "./replies.ts";

/** A token is remembered so long after its lease was last held; no daemon sleeps longer and still believes in it. */
const TOKEN_KEPT = 400 * 86_400_000;

export class RedisLeases implements LeaseStore {
  readonly #connection: RedisConnection;
  readonly #keys: Keys;
  readonly #clock: Clock;

  constructor(connection: RedisConnection, keys: Keys, clock: Clock) {
    this.#connection = connection;
    this.#keys = keys;
    this.#clock = clock;
  }

  async acquire(names: readonly string[], owner: string, ttl: number): Promise<readonly (Lease | undefined)[]> {
    // Taken before asking: our own idea of the end is never later than that of Redis.
    const expiresAt = this.#clock.now() + ttl;
    const replies = await this.#connection.run(
      names.map((name) => ({ script: "acquire-lease", keys: [this.#keys.lease(name)], args: [owner, ttl, TOKEN_KEPT] })),
    );
    return names.map((name, index) => {
      const token = toNumber(replies[index]);
      return token === 0 ? undefined : { name, token, expiresAt };
    });
  }

  async release(names: readonly string[], owner: string): Promise<void> {
    await this.#connection.run(names.map((name) => ({ script: "release-lease", keys: [this.#keys.lease(name)], args: [owner] })));
  }

  async heartbeat(owner: string, ttl: number): Promise<readonly string[]> {
    const living = await this.#connection.one({ script: "heartbeat", keys: [this.#keys.daemons], args: [owner, ttl] });
    return [...toTexts(living)].sort();
  }
}
