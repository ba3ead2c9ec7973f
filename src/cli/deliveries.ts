import { Option } from "commander";
import type { DeliveryView } from "../http/api.ts";
import type { CliCommand, CliIo } from "./command.ts";
import { DaemonClient, DEFAULT_URL, tokenHelp } from "./daemon-client.ts";
import { deliveriesText } from "./deliveries-text.ts";
import { CommandFailure, EXIT } from "./exit.ts";

interface Filter {
  readonly url: string;
  readonly receiver?: string;
}

interface ListFlags extends Filter {
  readonly dead?: boolean;
  readonly state?: string;
  readonly alert?: string;
  readonly limit: string;
  readonly format: "text" | "json";
}

interface ReplayFlags extends Filter {
  readonly all?: boolean;
  readonly by?: string;
}

type List = { readonly deliveries: readonly DeliveryView[]; readonly cursor: string | null };

/** `tenfold deliveries`: what a running daemon has to tell, told, and gave up telling. */
export const deliveries: CliCommand = {
  name: "deliveries",
  summary: "messages owed, delivered and given up, with every attempt; send given-up ones again",
  build(command, io) {
    command
      .option("--url <url>", "where the daemon listens", DEFAULT_URL)
      .option("--receiver <name>", "only of this receiver")
      .option("--dead", "only dead letters: messages that were given up")
      .addOption(new Option("--state <state>", "only these").choices(["pending", "delivered", "dead"]).conflicts("dead"))
      .option("--alert <id>", "only about this alert")
      .option("--limit <n>", "how many, the newest first", "50")
      .addOption(new Option("--format <format>", "how to print them").choices(["text", "json"]).default("text"))
      .action((flags: ListFlags) => list(flags, io))
      .addHelpText("after", tokenHelp("read"));
    command.enablePositionalOptions();
    command
      .command("replay")
      .option("--url <url>", `where the daemon listens (default: ${DEFAULT_URL})`)
      .option("--receiver <name>", "only of this receiver, with --all")
      .helpOption("-h, --help", "print this help")
      .description("Sends dead letters again, each under its own idempotency key.")
      .argument("[ids...]", "ids of dead letters, or the beginnings of them")
      .option("--all", "every dead letter")
      .option("--by <name>", "who does this (default: your user name)")
      .addHelpText("after", tokenHelp("operate"))
      // Options may also stand before the word replay.
      .action((ids: string[], flags: ReplayFlags) => replay(ids, { ...command.opts<ListFlags>(), ...flags }, io));
  },
};

async function list({ url, dead, state, receiver, alert, limit, format }: ListFlags, io: CliIo): Promise<void> {
  const daemon = new DaemonClient(url, io.env.TENFOLD_TOKEN);
  const query = { state: dead ? "dead" : state, receiver, alert, limit };
  const answer = await daemon.get<List>("v1/deliveries", query);
  io.stdout.write(format === "json" ? `${JSON.stringify(answer.deliveries, null, 2)}\n` : deliveriesText(answer.deliveries));
  if (answer.cursor !== null) io.stderr.write("there are more; raise --limit\n");
}

async function replay(ids: readonly string[], { url, receiver, all, by }: ReplayFlags, io: CliIo): Promise<void> {
  if (ids.length > 0 === (all === true))
    throw new CommandFailure(EXIT.usage, "error: name the ids of dead letters, or give --all");
  if (receiver !== undefined && !all) throw new CommandFailure(EXIT.usage, "error: --receiver goes with --all");
  const daemon = new DaemonClient(url, io.env.TENFOLD_TOKEN);
  const wanted = all ? await deadLetters(daemon, receiver) : ids;
  const body = { by: by ?? io.env.USER ?? io.env.LOGNAME ?? "tenfold deliveries" };
  for (const id of wanted) {
    const { target, title } = await daemon.post<DeliveryView>(`v1/deliveries/${encodeURIComponent(id)}/replay`, body);
    io.stdout.write(`${id.slice(0, 12)}: due again for ${target}: ${title}\n`);
  }
  if (wanted.length === 0) io.stderr.write("there are no dead letters\n");
}

/** Oldest first, so that they arrive in their order. */
async function deadLetters(daemon: DaemonClient, receiver: string | undefined): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await daemon.get<List>("v1/deliveries", { state: "dead", receiver, limit: "1000", cursor });
    ids.push(...page.deliveries.map(({ id }) => id));
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return ids.reverse();
}
