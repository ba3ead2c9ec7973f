import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "../domain/duration.ts";
import { parseTime } from "../domain/time.ts";
import { SCENARIOS, type Scenario } from "../simulation/options.ts";
import { simulateFleet } from "../simulation/simulate-fleet.ts";

interface SimulateOptions {
  readonly seed: number;
  readonly workloads: number;
  readonly policies: number;
  readonly duration: number;
  readonly start: number;
  readonly scenario: Scenario;
  readonly eventsWithDigest: number;
  readonly eventsWithPod: number;
  readonly events: string;
  readonly changes: string;
  readonly truth: string;
}

/** A fixed Monday: the same seed must give the same bytes on any day. */
const DEFAULT_START = "2026-01-05T00:00:00.000Z";
/** Written at once: one system call for some hundred records. */
const CHUNK_CHARACTERS = 65_536;

/** Adds options and action to the empty command `simulate`. */
export function buildSimulate(command: Command): void {
  command
    .description("write a fleet's violations, changes and the true causes as NDJSON, reproducible by seed")
    .option("--seed <n>", "same seed, same bytes", integer(Number.MIN_SAFE_INTEGER), 1)
    .option("--workloads <n>", "workloads of the fleet", integer(1), 20)
    .option("--policies <n>", "policies in force, at most 10", integer(1), 6)
    .addOption(new Option("--duration <duration>", "how long, e.g. 12h or 7d").argParser(duration).default(86_400_000, "1d"))
    .addOption(new Option("--start <time>", "first moment, RFC 3339").argParser(time).default(time(DEFAULT_START), DEFAULT_START))
    .addOption(new Option("--scenario <name>", "what goes wrong").choices(SCENARIOS).default("bad-rollout"))
    .option("--events-with-digest <share>", "share of events that carry the digest, 0..1", share, 1)
    .option("--events-with-pod <share>", "share of events that carry the pod's name, 0..1", share, 1)
    .requiredOption("--events <file>", "where violations go")
    .requiredOption("--changes <file>", "where changes go")
    .requiredOption("--truth <file>", "where the true causes go")
    .action(async (options: SimulateOptions) => simulate(options));
}

async function simulate(options: SimulateOptions): Promise<void> {
  const run = simulateFleet({ ...options, durationMs: options.duration });
  await writeLines(options.truth, run.truth);
  await writeLines(options.changes, recordsOf(run.changes));
  await writeLines(options.events, recordsOf(run.events));
}

function* recordsOf<T>(timed: Iterable<{ readonly record: T }>): Generator<T> {
  for (const { record } of timed) yield record;
}

/** One JSON object a line; waits whenever the file is slower than the simulation, so memory stays bounded. */
async function writeLines(path: string, records: Iterable<unknown>): Promise<void> {
  const file = createWriteStream(path);
  const done = finished(file);
  // A file that cannot be opened fails `done`; without a handler now it would count as unhandled while we still write.
  done.catch(() => undefined);
  let chunk = "";
  for (const record of records) {
    chunk += `${JSON.stringify(record)}\n`;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    if (!file.write(chunk)) await Promise.race([once(file, "drain"), done]);
    chunk = "";
  }
  file.end(chunk);
  await done;
}

function integer(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least) throw new InvalidArgumentError("Give a whole number.");
    return value;
  };
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1)) throw new InvalidArgumentError("Give a number between 0 and 1.");
  return value;
}

function duration(text: string): number {
  const value = parseDuration(text);
  if (!value) throw new InvalidArgumentError("Give a duration such as 30m, 12h or 7d.");
  return value;
}

function time(text: string): number {
  const value = parseTime(text);
  if (value === undefined) throw new InvalidArgumentError("Give a time such as 2026-01-05T00:00:00Z.");
  return value;
}
