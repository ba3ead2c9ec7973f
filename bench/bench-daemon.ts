/** A daemon as `tenfold run` starts it, in this process, on a free loopback port. */
import { loadConfigText } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { createDaemon, type Daemon } from "../src/app/daemon.ts";
import { openStore } from "../src/app/open-store.ts";
import { systemClock } from "../src/app/system-clock.ts";
import type { Store } from "../src/ports/store.ts";
import { createLogger } from "../src/telemetry/logger.ts";

export interface BenchDaemon {
  readonly daemon: Daemon;
  readonly store: Store;
  readonly url: string;
  stop(): Promise<void>;
}

/** `settings`: further lines of the configuration file. `prepare` is called with the store before the daemon begins. */
export async function startDaemon(
  storeUrl: string,
  settings = "",
  prepare?: (store: Store, config: Config) => Promise<void>,
): Promise<BenchDaemon> {
  const text = `server:\n  listen: 127.0.0.1:0\n${settings}`;
  const loaded = loadConfigText(text, "bench.yaml", {});
  if (!loaded.ok) throw new Error(loaded.problems.map((problem) => problem.message).join("\n"));
  const { config } = loaded;
  const store = await openStore(storeUrl, config, systemClock);
  await prepare?.(store, config);
  const daemon = createDaemon({
    config,
    store,
    clock: systemClock,
    log: createLogger({ level: "fatal" }),
    write: () => undefined,
    color: false,
    reload: async () => config,
  });
  const { url } = await daemon.start();
  return { daemon, store, url, stop: () => daemon.stop() };
}
