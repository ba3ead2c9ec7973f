/** `tenfold bench`: the benchmarks, as ratios measured in one run. */
import { renameSync, writeFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { arch, cpus } from "node:os";
import { join } from "node:path";
import { Argument, InvalidArgumentError, Option } from "commander";
import type { BenchmarkResult } from "../../bench/benchmark-result.ts";
import { type Benchmark, benchmarks } from "../../bench/index.ts";
import type { CliCommand, CliIo } from "./command.ts";
import { CommandFailure, EXIT } from "./exit.ts";

interface BenchFlags {
  readonly format: "text" | "json";
  readonly seed: number;
  readonly full?: true;
  readonly real?: string;
  readonly out?: string;
  readonly json?: string;
  readonly pictures?: string;
}

export const bench: CliCommand = {
  name: "bench",
  summary: "the benchmarks, as ratios measured in one run",
  build(command, io) {
    command
      .addArgument(new Argument("[name]", "which benchmark; all when left out").choices(benchmarks.map(({ name }) => name)))
      .addOption(new Option("--format <format>", "text or json").choices(["text", "json"]).default("text"))
      .option("--seed <n>", "same seed, same inputs", wholeNumber, 1)
      .option("--full", "detect, correlate: up to an hour instead of five minutes, for narrower intervals")
      .option(
        "--real <folder>",
        "detect: score real counts instead (with --full: too), CSV files (timestamp,value) and their windows.json",
      )
      .option("--out <file>", "write the results to a file instead of standard output")
      .option("--json <file>", "also write the results there as JSON, those of detect from the first minute on")
      .option("--pictures <folder>", "also write the charts there, as SVG")
      .addHelpText(
        "after",
        `\nBenchmarks:\n${benchmarks.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`).join("\n")}`,
      )
      .action(async (name: string | undefined, flags: BenchFlags) => runBenchmarks(name, flags, io));
  },
};

async function runBenchmarks(name: string | undefined, flags: BenchFlags, io: CliIo): Promise<void> {
  if (name !== "detect" && flags.real !== undefined)
    throw new CommandFailure(EXIT.usage, "error: --real belongs to the benchmark detect: tenfold bench detect …");
  if (name !== "detect" && name !== "correlate" && flags.full)
    throw new CommandFailure(EXIT.usage, "error: --full belongs to the benchmarks detect and correlate: tenfold bench detect …");
  const machine = `Node ${process.versions.node}, ${arch()}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown processor"}`;
  const results: { readonly benchmark: Benchmark; readonly result: BenchmarkResult }[] = [];
  const json = (more: Readonly<Record<string, unknown>> = {}) =>
    `${JSON.stringify({ machine, seed: flags.seed, results: { ...Object.fromEntries(results.map(byName)), ...more } })}\n`;
  for (const benchmark of benchmarks.filter((one) => name === undefined || one.name === name)) {
    io.stderr.write(`${benchmark.name}: ${benchmark.summary} …\n`);
    const result = await benchmark.run({
      ...flags,
      say: (line) => io.stderr.write(`  ${line}\n`),
      save: (soFar) => saveJson(flags.json, json({ [benchmark.name]: soFar })),
    });
    results.push({ benchmark, result });
    saveJson(flags.json, json());
  }
  const text = flags.format === "json" ? json() : `${machine}\n\n${results.map(section).join("\n\n")}\n`;
  if (flags.out === undefined) io.stdout.write(text);
  else await writeFile(flags.out, text);
  if (flags.pictures !== undefined)
    await writePictures(
      flags.pictures,
      results.map(({ result }) => result),
    );
}

/** Whole or not at all, so that a run that is killed while it writes leaves what it had. */
function saveJson(file: string | undefined, text: string): void {
  if (file === undefined) return;
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
}

async function writePictures(folder: string, results: readonly BenchmarkResult[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { pictures = {} } of results)
    for (const [file, svg] of Object.entries(pictures)) await writeFile(join(folder, file), svg);
}

function byName({ benchmark, result }: { readonly benchmark: Benchmark; readonly result: BenchmarkResult }) {
  return [benchmark.name, result.json] as const;
}

function section({ benchmark, result }: { readonly benchmark: Benchmark; readonly result: BenchmarkResult }): string {
  return `## ${benchmark.name}: ${benchmark.summary}\n\n${result.text}`;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError("Give a whole number.");
  return value;
}
