/** A whole engine on the embedded store, in replayed time: quiet hours of one version, then a rollout and a spike. */
import { defaultConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { Engine, type EngineOptions } from "../../src/app/engine.ts";
import { openStore } from "../../src/app/open-store.ts";
import { ReplayClock } from "../../src/app/replay-clock.ts";
import type { Store } from "../../src/ports/store.ts";
import { selectSources } from "../../src/sources/index.ts";

const TICK = 10_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
export const OLD = `sha256:11223344${"1".repeat(56)}`;
export const NEW = `sha256:ab12cd34${"a".repeat(56)}`;

export interface Spike {
  readonly engine: Engine;
  readonly store: Store;
  readonly clock: ReplayClock;
  readonly config: Config;
  readonly start: number;
  /** When the rate rose, milliseconds. The rollout was announced 20 s before. */
  readonly at: number;
  readonly end: number;
}

/**
 * Thirty quiet hours of two events a minute, then ten minutes of sixty a minute: of a new version, or with `rollout: false` of
 * the same. The same on every run. `over`: what the engine is given besides, made once its store is open.
 */
export async function runSpike(
  rollout = true,
  over: (store: Store, engine: () => Engine) => Partial<EngineOptions> = () => ({}),
): Promise<Spike> {
  const start = Date.parse("2026-03-02T08:00:00Z");
  const at = start + 30 * HOUR;
  const end = at + 10 * MINUTE;
  const config = defaultConfig();
  const clock = new ReplayClock(start);
  const store = await openStore("memory:", config, clock);
  const engine: Engine = new Engine({
    config,
    store,
    clock,
    owner: "test",
    leaseTtl: 1000 * HOUR,
    settle: 0,
    flushPatience: 0,
    externalUrl: "https://tenfold.example",
    dispatch: () => ({ outbox: [], records: [] }),
    onTransitions: () => undefined,
    onTrouble: (what, error) => {
      throw new Error(what, { cause: error });
    },
    ...over(store, () => engine),
  });
  const events = selectSources("native", "events");
  const subject = { cluster: "prod", namespace: "payments", workload: "Deployment/card-api" };
  for (let tick = start; tick < end; tick += TICK) {
    const renewed = rollout && tick >= at;
    const count = tick >= at ? 10 : tick % (3 * TICK) === 0 ? 1 : 0;
    clock.set(tick + TICK);
    if (rollout && tick === at - 2 * TICK) {
      const change = { time: new Date(tick).toISOString(), kind: "rollout", phase: "started", ...subject, digest: NEW };
      const record = { ...change, previousDigest: OLD, image: "registry.example/card-api:1.4.3", actor: "argocd" };
      await engine.ingest.records([{ index: 0, record }], selectSources("native", "changes"), "prod");
    }
    const time = new Date(tick + 1000).toISOString();
    const image = `registry.example/card-api:${renewed ? "1.4.3" : "1.4.2"}`;
    const record = { time, policy: "pci-egress", ...subject, digest: renewed ? NEW : OLD, image, action: "deny", count };
    if (count > 0) await engine.ingest.records([{ index: 0, record }], events, "prod");
    await engine.advance();
  }
  return { engine, store, clock, config, start, at, end };
}
