import { Option } from "commander";
import { parseTime } from "../domain/time.ts";
import type { Explanation } from "../pipeline/explain.ts";
import type { CliCommand, CliIo } from "./command.ts";
import { DaemonClient, DEFAULT_URL, tokenHelp } from "./daemon-client.ts";
import { CommandFailure, EXIT } from "./exit.ts";
import { explanationText } from "./explanation-text.ts";

interface ExplainOptions {
  readonly at: string;
  readonly url: string;
  readonly format: "text" | "json";
}

/** `tenfold explain`: asks a running daemon why a series fired, or did not. */
export const explain: CliCommand = {
  name: "explain",
  summary: "every gate that led to firing or not firing",
  build(command, io) {
    command
      .description(
        "Asks a running daemon why a series did or did not fire at a time: every gate, its value, the first that stopped it.",
      )
      .argument("<series>", "id of the series, or the beginning of one")
      .requiredOption("--at <time>", "RFC 3339, or seconds since 1970")
      .option("--url <url>", "where the daemon listens", DEFAULT_URL)
      .addOption(new Option("--format <format>", "how to print the answer").choices(["text", "json"]).default("text"))
      .addHelpText("after", tokenHelp("read"))
      .action((series: string, options: ExplainOptions) => run(series, options, io));
  },
};

async function run(series: string, { at, url, format }: ExplainOptions, io: CliIo): Promise<void> {
  if (parseTime(at) === undefined)
    throw new CommandFailure(EXIT.usage, `error: --at ${JSON.stringify(at)} is not a time; write RFC 3339 or seconds since 1970`);
  const daemon = new DaemonClient(url, io.env.TENFOLD_TOKEN);
  const explanation = await daemon.get<Explanation>("v1/explain", { series, at });
  io.stdout.write(format === "json" ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation));
}
