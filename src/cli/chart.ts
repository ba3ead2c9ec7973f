import { writeFile } from "node:fs/promises";
import { Option } from "commander";
import type { CliCommand, CliIo } from "./command.ts";
import { DaemonClient, DEFAULT_URL, tokenHelp } from "./daemon-client.ts";
import { CommandFailure, EXIT } from "./exit.ts";

interface ChartOptions {
  readonly output: string;
  readonly theme: "light" | "dark";
  readonly url: string;
}

/** `tenfold chart`: the picture of an alert, as messages carry it, from a running daemon. */
export const chart: CliCommand = {
  name: "chart",
  summary: "the picture of an alert as a file",
  build(command, io) {
    command
      .description(
        "Writes the picture of an alert: counts by version, what was expected, the onset and the changes. PNG, or SVG for a file that ends so.",
      )
      .argument("<alert>", "id of the alert")
      .requiredOption("-o, --output <file>", "where to write; - is standard output")
      .addOption(new Option("--theme <theme>", "colours").choices(["light", "dark"]).default("light"))
      .option("--url <url>", "where the daemon listens", DEFAULT_URL)
      .addHelpText("after", tokenHelp("read"))
      .action((alert: string, options: ChartOptions) => run(alert, options, io));
  },
};

async function run(alert: string, { output, theme, url }: ChartOptions, io: CliIo): Promise<void> {
  const format = output.toLowerCase().endsWith(".svg") ? "svg" : "png";
  const daemon = new DaemonClient(url, io.env.TENFOLD_TOKEN);
  const picture = await daemon.getBytes(`v1/alerts/${encodeURIComponent(alert)}/chart.${format}`, { theme });
  if (output === "-") {
    io.stdout.write(picture);
    return;
  }
  try {
    await writeFile(output, picture);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown";
    throw new CommandFailure(EXIT.failed, `error: the picture could not be written: ${reason}`);
  }
}
