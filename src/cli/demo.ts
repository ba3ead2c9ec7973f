/** `tenfold demo`: the main job on a simulated fleet, with nothing to set up. */
import { runDemo } from "../app/demo.ts";
import { systemClock } from "../app/system-clock.ts";
import { createLogger } from "../telemetry/logger.ts";
import type { CliCommand, CliIo } from "./command.ts";
import { requireConfig } from "./configuration.ts";
import { CommandFailure, EXIT } from "./exit.ts";
import { untilSignalled } from "./signals.ts";

interface DemoFlags {
  readonly config?: string;
  readonly once?: boolean;
  readonly seed: string;
}

/** With `--once` the alert must have come and gone by then, milliseconds. */
const ONCE_LIMIT = 80_000;
/** A fleet whose bad rollout falls on a workload with a rate worth looking at. */
const DEFAULT_SEED = "55";

export const demo: CliCommand = {
  name: "demo",
  summary: "a live fleet with a bad rollout, on the embedded store",
  build(command, io) {
    command
      .option("--config <file>", "configuration file")
      .option("--once", "end when the alert has fired and resolved")
      .option("--seed <n>", "which fleet", DEFAULT_SEED)
      .action(async (flags: DemoFlags) => runOnce(flags, io));
  },
};

async function runOnce(flags: DemoFlags, io: CliIo): Promise<void> {
  const stop = new AbortController();
  void untilSignalled().then(() => stop.abort());
  const once = flags.once === true;
  const limit = once ? setTimeout(() => stop.abort(), ONCE_LIMIT) : undefined;
  const resolved = await runDemo({
    config: requireConfig(flags.config, io),
    wall: systemClock,
    seed: Number(flags.seed),
    log: createLogger({ level: "warn" }),
    write: (text) => void io.stdout.write(text),
    say: (text) => void io.stderr.write(`${text}\n`),
    color: io.color,
    once,
    signal: stop.signal,
  });
  clearTimeout(limit);
  if (once && !resolved) throw new CommandFailure(EXIT.failed, "error: the alert did not fire and resolve in time");
}
