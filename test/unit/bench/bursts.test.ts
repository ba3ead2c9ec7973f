import { describe, expect, it } from "vitest";
import { withBursts } from "../../../bench/incidents/bursts.ts";
import { simulateFleet } from "../../../src/simulation/simulate-fleet.ts";

const HOUR = 3_600_000;
const options = { seed: 4, workloads: 6, durationMs: 48 * HOUR, start: Date.UTC(2026, 0, 5), scenario: "quiet" } as const;

describe("bursts of one pod", () => {
  const plain = [...simulateFleet(options).events];
  const events = [...withBursts(simulateFleet(options).events, 4, 4)];
  const added = events.filter(({ record }) => record.id.includes("-burst-"));

  it("are added to every fourth series, in order of time, and leave the other events as they are", () => {
    expect(events.filter(({ record }) => !record.id.includes("-burst-"))).toEqual(plain);
    expect(events.every(({ at }, i) => i === 0 || at >= (events[i - 1]?.at ?? 0))).toBe(true);
    const series = (some: typeof events) => new Set(some.map(({ record }) => `${record.policy} ${record.workload}`)).size;
    expect(series(added)).toBeGreaterThan(0);
    expect(series(added)).toBeLessThanOrEqual(Math.ceil(series(plain) / 4));
  });

  it("are about fifty events of one pod within a minute", () => {
    const bursts = new Map<string, typeof added>();
    for (const event of added) {
      const id = event.record.id.replace(/-burst-.*/, "");
      bursts.set(id, [...(bursts.get(id) ?? []), event]);
    }
    for (const burst of bursts.values()) {
      expect(burst.length).toBeGreaterThan(20);
      expect(burst.length).toBeLessThan(90);
      expect(new Set(burst.map(({ record }) => record.pod)).size).toBe(1);
      expect((burst.at(-1)?.at ?? 0) - (burst[0]?.at ?? 0)).toBeLessThan(60_000);
    }
    expect(new Set(events.map(({ record }) => record.id)).size).toBe(events.length);
  });
});
