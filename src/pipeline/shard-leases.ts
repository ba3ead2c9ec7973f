/** Shares the shards evenly among the living daemons, and takes over those of a dead one when its leases expire. */
import { hashHex } from "../domain/ids.ts";
import type { Clock } from "../ports/clock.ts";
import { COORDINATOR_LEASE, type Lease, type LeaseStore, shardLease } from "../ports/leases.ts";

export interface ShardLeasesOptions {
  readonly leases: LeaseStore;
  readonly clock: Clock;
  readonly owner: string;
  readonly shards: number;
  /** Milliseconds a lease lasts; renewed after a third of it. */
  readonly ttl: number;
  /** Told which daemons live when that changed, this one included. While it rejects nothing is renewed, and it is told again. */
  readonly onMembers?: (living: readonly string[]) => Promise<void>;
}

export class ShardLeases {
  readonly #options: ShardLeasesOptions;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #held = new Map<number, Lease>();
  #coordinator: Lease | undefined;
  #members = "";
  #assigned: readonly number[] = [];

  constructor(options: ShardLeasesOptions) {
    this.#options = options;
  }

  /** The coordinator's lease while this daemon holds it. */
  get coordinator(): Lease | undefined {
    return this.#coordinator;
  }

  get held(): readonly (readonly [number, Lease])[] {
    return [...this.#held];
  }

  /** Renews when due. Resolves with true when anything may have changed. */
  async renew(): Promise<boolean> {
    const { leases, clock, owner, ttl } = this.#options;
    if (clock.now() - this.#renewedAt < ttl / 3) return false;
    await this.#assign(await leases.heartbeat(owner, ttl));
    const surplus = [...this.#held.keys()].filter((shard) => !this.#assigned.includes(shard));
    if (surplus.length > 0) await leases.release(surplus.map(shardLease), owner);
    const names = [COORDINATOR_LEASE, ...this.#assigned.map(shardLease)];
    const got = await leases.acquire(names, owner, ttl);
    this.#coordinator = got[0];
    this.#held = new Map(this.#assigned.flatMap((shard, index) => pair(shard, got[index + 1])));
    this.#renewedAt = clock.now();
    return true;
  }

  /** Gives everything back, so that others need not wait for the expiry. */
  async release(): Promise<void> {
    const names = [...this.#held.keys()].map(shardLease);
    this.forget();
    const { leases, owner } = this.#options;
    await leases.release([COORDINATOR_LEASE, ...names], owner);
    // A life of no length: from now on the others share without us.
    await leases.heartbeat(owner, 0);
  }

  /** Treats every lease as lost: after the store was away nobody knows who holds what. */
  forget(): void {
    this.#held = new Map();
    this.#coordinator = undefined;
    this.#renewedAt = Number.NEGATIVE_INFINITY;
  }

  /** Rendezvous hashing: when a daemon comes or goes only its own shards move. */
  async #assign(members: readonly string[]): Promise<void> {
    const key = members.join("\n");
    if (key === this.#members) return;
    const { owner, shards, onMembers } = this.#options;
    const all = members.includes(owner) ? members : [...members, owner];
    await onMembers?.(all);
    this.#members = key;
    this.#assigned = Array.from({ length: shards }, (_, shard) => shard).filter((shard) => winner(all, shard) === owner);
  }
}

function pair(shard: number, lease: Lease | undefined): (readonly [number, Lease])[] {
  return lease ? [[shard, lease]] : [];
}

function winner(members: readonly string[], shard: number): string | undefined {
  let best: { readonly member: string; readonly weight: string } | undefined;
  for (const member of members) {
    const weight = hashHex([member, String(shard)]);
    if (!best || weight > best.weight) best = { member, weight };
  }
  return best?.member;
}
