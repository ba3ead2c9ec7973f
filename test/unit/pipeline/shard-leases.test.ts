import { describe, expect, it } from "vitest";
import { ReplayClock } from "../../../src/app/replay-clock.ts";
import { ShardLeases } from "../../../src/pipeline/shard-leases.ts";
import { createMemoryStore } from "../../../src/stores/memory/memory-store.ts";

const SHARDS = 16;
const TTL = 9_000;

function setUp() {
  const clock = new ReplayClock(1_000_000);
  const { leases } = createMemoryStore({ clock, shards: SHARDS });
  const daemon = (owner: string) => new ShardLeases({ leases, clock, owner, shards: SHARDS, ttl: TTL });
  return { clock, daemon };
}

const shardsOf = (daemon: ShardLeases) => daemon.held.map(([shard]) => shard);
const all = Array.from({ length: SHARDS }, (_, shard) => shard);

describe("shard leases", () => {
  it("gives one daemon everything, and two each their part", async () => {
    const { clock, daemon } = setUp();
    const first = daemon("a");
    const second = daemon("b");
    await first.renew();
    expect(shardsOf(first)).toEqual(all);
    expect(first.coordinator).toBeDefined();
    for (let round = 0; round < 3; round++) {
      clock.set(clock.now() + TTL / 3);
      await second.renew();
      await first.renew();
    }
    expect([...shardsOf(first), ...shardsOf(second)].sort((a, b) => a - b)).toEqual(all);
    expect(shardsOf(second).length).toBeGreaterThan(0);
    expect(second.coordinator).toBeUndefined();
  });

  it("takes over from a daemon that died when its leases expire, with newer tokens", async () => {
    const { clock, daemon } = setUp();
    const dead = daemon("a");
    await dead.renew();
    const tokens = new Map(dead.held.map(([shard, lease]) => [shard, lease.token]));
    clock.set(clock.now() + TTL + 1);
    const heir = daemon("b");
    await heir.renew();
    expect(shardsOf(heir)).toEqual(all);
    for (const [shard, lease] of heir.held) expect(lease.token).toBeGreaterThan(tokens.get(shard) ?? 0);
  });

  it("says who lives when somebody came or went, again while nobody could be told", async () => {
    const clock = new ReplayClock(1_000_000);
    const { leases } = createMemoryStore({ clock, shards: SHARDS });
    const told: (readonly string[])[] = [];
    let deaf = false;
    const onMembers = async (living: readonly string[]) => {
      if (deaf) throw new Error("the store is away");
      told.push(living);
    };
    const heir = new ShardLeases({ leases, clock, owner: "b", shards: SHARDS, ttl: TTL, onMembers });
    await new ShardLeases({ leases, clock, owner: "a", shards: SHARDS, ttl: TTL }).renew();
    const rounds = async (count: number) => {
      for (let round = 0; round < count; round++) {
        clock.set(clock.now() + TTL / 3);
        await heir.renew().catch(() => undefined);
      }
    };
    await rounds(2);
    deaf = true;
    await rounds(2);
    expect(told).toEqual([["a", "b"]]);
    deaf = false;
    await rounds(2);
    expect(told).toEqual([["a", "b"], ["b"]]);
  });

  it("leaves nothing to wait for when it is stopped in an orderly way", async () => {
    const { daemon } = setUp();
    const first = daemon("a");
    await first.renew();
    await first.release();
    const second = daemon("b");
    await second.renew();
    expect(shardsOf(second)).toEqual(all);
  });
});
