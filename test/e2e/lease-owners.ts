/** Who holds which lease, as Redis itself says. */
import { Keys } from "../../src/stores/redis/keys.ts";
import type { RedisServer } from "../harness/redis-server.ts";

/** Owners of the leases that are held and have not run out, by name. */
export async function leaseOwners(redis: RedisServer, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const keys = new Keys("tenfold:v1:", 64);
  const client = redis.client();
  try {
    const owners = new Map<string, string>();
    for (const name of names) {
      const [owner, expires] = await client.hmget(keys.lease(name), "owner", "expires");
      if (owner && Number(expires) > Date.now()) owners.set(name, owner);
    }
    return owners;
  } finally {
    client.disconnect();
  }
}
