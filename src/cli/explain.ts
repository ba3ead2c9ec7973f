import { Option } from "commander";
import { parseTime } from "../domain/time.ts";
import type { Explanation } from "../pipeline/explain.ts";
import type { CliCommand, CliIo } from "./command.ts";
import { CommandFailure, EXIT } from "./exit.ts";
import { explanationText } from "./explanation-text.ts";

interface ExplainOptions {
  readonly at: string;
  readonly url: string;
  readonly format: "text" | "json";
}

const TIME_LIMIT_MILLISECONDS = 30_000;

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
      .option("--url <url>", "where the daemon listens", "http://127.0.0.1:8686")
      .addOption(new Option("--format <format>", "how to print the answer").choices(["text", "json"]).default("text"))
      .addHelpText("after", "\nA token with the scope read is taken from the environment: TENFOLD_TOKEN.")
      .action((series: string, options: ExplainOptions) => run(series, options, io));
  },
};

async function run(series: string, { at, url, format }: ExplainOptions, io: CliIo): Promise<void> {
  if (parseTime(at) === undefined)
    throw new CommandFailure(EXIT.usage, `error: --at ${JSON.stringify(at)} is not a time; write RFC 3339 or seconds since 1970`);
  const { status, body } = await ask(target(url, series, at), url, io.env.TENFOLD_TOKEN);
  if (status !== 200) {
    const problem = problemText(body) ?? `${url} answered ${status}, which is not an answer of tenfold`;
    throw new CommandFailure(status === 400 ? EXIT.usage : EXIT.failed, `error: ${problem}`);
  }
  const explanation = body as Explanation;
  io.stdout.write(format === "json" ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation));
}

function target(base: string, series: string, at: string): URL {
  if (!/^https?:\/\//.test(base) || !URL.canParse(base))
    throw new CommandFailure(EXIT.usage, `error: --url ${JSON.stringify(base)} is not an http or https address`);
  const url = new URL("v1/explain", base.endsWith("/") ? base : `${base}/`);
  url.searchParams.set("series", series);
  url.searchParams.set("at", at);
  return url;
}

async function ask(url: URL, base: string, token: string | undefined): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(url, {
      headers: token ? { authorization: `Bearer ${token}` } : {},
      signal: AbortSignal.timeout(TIME_LIMIT_MILLISECONDS),
    });
    const text = await response.text();
    return { status: response.status, body: parsed(text) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const { code, message } = cause as { code?: string; message?: string };
    throw new CommandFailure(
      EXIT.failed,
      `error: no daemon answers at ${base} (${code ?? message ?? "no reason given"}); is tenfold running there? See --url.`,
    );
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemText(body: unknown): string | undefined {
  const { detail, code } = (body ?? {}) as { detail?: unknown; code?: unknown };
  return typeof detail === "string" ? `${detail} (${String(code)})` : undefined;
}
