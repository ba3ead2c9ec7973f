/** `tenfold replay`: recorded events through the whole pipeline, as fast as it goes. */
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { type Command, Option } from "commander";
import { transitionText } from "../alerting/transition-text.ts";
import { openStore } from "../app/open-store.ts";
import { type ReplaySummary, replay as runReplay } from "../app/replay.ts";
import { ReplayClock } from "../app/replay-clock.ts";
import { replayItems } from "../app/replay-items.ts";
import type { Transition } from "../domain/alert.ts";
import { formatTime } from "../domain/time.ts";
import { type Ignored, totalIgnored } from "../pipeline/ignored.ts";
import { AUTO, selectSources } from "../sources/index.ts";
import type { CliCommand, CliIo } from "./command.ts";
import { requireConfig } from "./configuration.ts";
import { CommandFailure, EXIT } from "./exit.ts";

interface ReplayFlags {
  readonly config?: string;
  readonly changes: readonly string[];
  readonly source: string;
  readonly format: "json" | "text";
  readonly out?: string;
  readonly failOnAlert?: boolean;
  readonly into?: string;
}

/** Records not understood that are described one by one. */
const MAX_DESCRIBED = 20;

export const replay: CliCommand = {
  name: "replay",
  summary: "the same pipeline over recorded events, with the clock of the events",
  build(command: Command, io: CliIo) {
    command
      .argument("<file...>", "events (and changes) as NDJSON, JSON or YAML, also .gz; - is standard input")
      .option("--config <file>", "configuration file")
      .option("--changes <file>", "changes; may be given several times", (file: string, files: string[]) => [...files, file], [])
      .option("--source <name>", "format of the records", "auto")
      .addOption(
        new Option("--format <format>", "one transition a line, or for people").choices(["json", "text"]).default("text"),
      )
      .option("--out <file>", "write there instead of to standard output")
      .option("--fail-on-alert", "exit with 3 when an alert fired")
      .option("--into <store-url>", "leave windows, baselines, timeline and position in that store")
      .action((files: string[], flags: ReplayFlags) => run(files, flags, io));
  },
};

async function run(files: readonly string[], flags: ReplayFlags, io: CliIo): Promise<void> {
  const config = requireConfig(flags.config, io);
  const clock = new ReplayClock();
  const store = await openStore(flags.into ?? "memory:", config, clock);
  const out = flags.out === undefined ? io.stdout : createWriteStream(flags.out);
  let fired = 0;
  let described = 0;
  const write = (transitions: readonly Transition[]) => {
    for (const transition of transitions) {
      if (transition.type === "alert.fired") fired++;
      out.write(flags.format === "json" ? `${JSON.stringify(transition)}\n` : `${transitionText(transition, "replay")}\n\n`);
    }
  };
  try {
    const summary = await runReplay({
      config,
      store,
      clock,
      streams: [
        ...flags.changes.map((file) => replayItems(file, selectSources(AUTO), config.cluster)),
        ...files.map((file) => replayItems(file, selectSources(flags.source), config.cluster)),
      ],
      onTransitions: write,
      onRejected: (where, code, message) => {
        if (++described <= MAX_DESCRIBED) io.stderr.write(`${where}: ${message} (${code})\n`);
      },
      ...progress(io),
    });
    describe(summary, fired, io);
  } finally {
    await store.close();
    await close(out, io);
  }
  if (flags.failOnAlert && fired > 0)
    throw new CommandFailure(EXIT.notHeld, fired === 1 ? "1 alert fired" : `${fired} alerts fired`);
}

async function close(out: NodeJS.WritableStream, io: CliIo): Promise<void> {
  if (out === io.stdout) return;
  out.end();
  await finished(out);
}

function progress(io: CliIo): { onProgress?: (records: number, time: number) => void } {
  if (!("isTTY" in io.stderr) || !io.stderr.isTTY) return {};
  const startedAt = Date.now();
  return {
    onProgress: (records, time) => {
      const rate = Math.round((records * 1000) / Math.max(1, Date.now() - startedAt));
      io.stderr.write(`\r${records} records, ${rate}/s, at ${formatTime(time)} `);
    },
  };
}

function describe(summary: ReplaySummary, fired: number, io: CliIo): void {
  const { records, violations, duplicates, changes, ignored, rejected } = summary;
  const alerts = fired === 1 ? "1 alert" : `${fired} alerts`;
  io.stderr.write(
    `${records} records: ${violations} violations counted, ${duplicates} duplicates, ${changes} changes, ` +
      `${totalIgnored(ignored)} count as nothing${reasons(ignored)}, ${rejected} not understood; ${alerts} fired\n`,
  );
}

/** ` (12 allowed, 3 continued-flow)`, most frequent first. */
function reasons(ignored: Ignored): string {
  const told = [...ignored].sort((a, b) => b[1] - a[1]).map(([reason, count]) => `${count} ${reason}`);
  return told.length === 0 ? "" : ` (${told.join(", ")})`;
}
