/** `tenfold run`: the daemon. */
import type { Config } from "../../config/schema.ts";
import { createDaemon, type Daemon } from "../app/daemon.ts";
import { openStore } from "../app/open-store.ts";
import { systemClock } from "../app/system-clock.ts";
import { createLogger, type Logger } from "../telemetry/logger.ts";
import type { CliCommand, CliIo } from "./command.ts";
import { describeProblems, loadConfig, requireConfig } from "./configuration.ts";
import { untilSignalled } from "./signals.ts";

export const run: CliCommand = {
  name: "run",
  summary: "the daemon",
  build(command, io) {
    command
      .option("--config <file>", "configuration file")
      .action(async (flags: { readonly config?: string }) => runDaemon(flags.config, io));
  },
};

async function runDaemon(file: string | undefined, io: CliIo): Promise<void> {
  const config = requireConfig(file, io);
  const log = createLogger({ level: config.log.level });
  const store = await openStore(config.store.url, config, systemClock);
  const daemon = createDaemon({
    config,
    store,
    clock: systemClock,
    log,
    write: (text) => void io.stdout.write(text),
    color: io.color,
    reload: async () => reloadConfig(file, io),
  });
  try {
    await daemon.start();
    await serve(daemon, log);
  } finally {
    await daemon.stop();
  }
}

/** Until a signal to end. SIGHUP reloads; a bad file keeps the old configuration, and the log says why. */
async function serve(daemon: Daemon, log: Logger): Promise<void> {
  const onHangUp = () => void daemon.reload().catch(() => undefined);
  process.on("SIGHUP", onHangUp);
  const signal = await untilSignalled();
  process.off("SIGHUP", onHangUp);
  log.debug({ signal }, "stopping");
}

function reloadConfig(file: string | undefined, io: CliIo): Config {
  const result = loadConfig(file, io);
  if (!result.ok) throw new Error(describeProblems(result.problems));
  return result.config;
}
