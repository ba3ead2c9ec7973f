/** Leases share the work between daemons: shards, the coordinator, the outbox. */

export interface Lease {
  readonly name: string;
  /** Fencing token: increases with every change of owner; checked by every write made under the lease. */
  readonly token: number;
  readonly expiresAt: number;
}

export interface LeaseStore {
  /**
   * Takes or renews leases for `owner` for `ttl` milliseconds. Result per name: the lease, or undefined when another
   * owner holds it. A renewal keeps the token.
   */
  acquire(names: readonly string[], owner: string, ttl: number): Promise<readonly (Lease | undefined)[]>;
  /** Gives leases back at once, if `owner` still holds them. */
  release(names: readonly string[], owner: string): Promise<void>;
  /** Registers this daemon as alive for `ttl` and returns all living daemons, sorted: the basis of sharing evenly. */
  heartbeat(owner: string, ttl: number): Promise<readonly string[]>;
}

/** Lease names. Shard leases live in the shard's own slot so that commits can check the token. */
export const COORDINATOR_LEASE = "coordinator";
export function shardLease(shard: number): string {
  return `shard:${shard}`;
}
