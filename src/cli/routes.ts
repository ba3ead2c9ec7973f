import { Option } from "commander";
import { alertLabels } from "../alerting/labels.ts";
import type { Labels } from "../alerting/matchers.ts";
import { compileRouting } from "../alerting/routing/index.ts";
import { reach } from "../alerting/routing/reach.ts";
import type { Silence } from "../alerting/routing/silences.ts";
import { deliveryTargets } from "../app/receivers.ts";
import { systemClock } from "../app/system-clock.ts";
import type { Alert } from "../domain/alert.ts";
import { formatTime, parseTime } from "../domain/time.ts";
import type { CliCommand, CliIo } from "./command.ts";
import { DEFAULT_CONFIG_FILE, requireConfig } from "./configuration.ts";
import { DaemonClient, DEFAULT_URL, tokenHelp } from "./daemon-client.ts";
import { CommandFailure, EXIT } from "./exit.ts";
import { labelNotes, labelsOfArguments, labelsOfFile } from "./routed-labels.ts";
import { reachText, treeText } from "./routes-text.ts";
import { reachView, treeView } from "./routes-view.ts";

interface RoutesFlags {
  readonly config?: string;
  readonly file?: string;
  readonly alert?: string;
  readonly url?: string;
  readonly at?: string;
  readonly format: "text" | "json";
}

/** What a daemon knows and a configuration does not. */
interface Known {
  readonly silences: readonly Silence[];
  readonly alerts: readonly Alert[];
}

const NOTHING_KNOWN: Known = { silences: [], alerts: [] };
const PAGE = "1000";
const LIVE = "firing,acknowledged,mitigated";

const HELP = `
Examples:
  tenfold routes                                   the routing tree
  tenfold routes regime=pci severity=critical      which receivers an alert with these labels reaches
  tenfold routes --file alert.json severity=info   the same for an alert in a file, with one label changed
  tenfold routes --alert 01JDCK…                   for an alert of the running daemon

Silences and inhibition are looked at when a daemon is asked (--alert or --url).`;

/** `tenfold routes`: the routing tree, and where an alert would go and why. */
export const routes: CliCommand = {
  name: "routes",
  summary: "show the routing tree, and which receivers an alert would reach and why",
  build(command, io) {
    command
      .argument("[labels...]", "labels of an alert, as name=value; a name given twice has two values")
      .option("--config <file>", `configuration file (default: ${DEFAULT_CONFIG_FILE})`)
      .option("--file <file>", "JSON file with an alert, a transition or labels; - is standard input")
      .option("--alert <id>", "an alert of the running daemon")
      .option("--url <url>", `where the daemon listens (default: ${DEFAULT_URL})`)
      .option("--at <time>", "RFC 3339, or seconds since 1970 (default: now)")
      .addOption(new Option("--format <format>", "how to print the answer").choices(["text", "json"]).default("text"))
      .addHelpText("after", `${HELP}${tokenHelp("read")}`)
      .action((labels: string[], flags: RoutesFlags) => run(labels, flags, io));
  },
};

async function run(texts: readonly string[], flags: RoutesFlags, io: CliIo): Promise<void> {
  const now = timeOf(flags.at);
  const config = requireConfig(flags.config, io);
  const routing = compileRouting(config, deliveryTargets(config));
  const { file, alert, url, format } = flags;
  const asked = texts.length > 0 || file !== undefined || alert !== undefined;
  const print = (text: string, view: object) => io.stdout.write(format === "json" ? `${JSON.stringify(view, null, 2)}\n` : text);
  if (!asked) return void print(treeText(routing), treeView(routing));
  const daemon =
    alert === undefined && url === undefined ? undefined : new DaemonClient(url ?? DEFAULT_URL, io.env.TENFOLD_TOKEN);
  const labels = await labelsOf(texts, flags, daemon);
  for (const note of labelNotes(labels)) io.stderr.write(`${note}\n`);
  const known = daemon === undefined ? NOTHING_KNOWN : await ask(daemon);
  const reached = reach({ routing, labels, now, ...known });
  const of = { labels, at: formatTime(now), asked: daemon !== undefined, reached, routing };
  print(reachText(of), reachView(of));
}

/** Labels by hand take the place of those of the file or the daemon's alert. */
async function labelsOf(texts: readonly string[], flags: RoutesFlags, daemon: DaemonClient | undefined): Promise<Labels> {
  if (flags.file !== undefined && flags.alert !== undefined)
    throw new CommandFailure(EXIT.usage, "error: give --file or --alert, not both");
  const fromFile = flags.file === undefined ? {} : labelsOfFile(flags.file);
  const fromDaemon =
    flags.alert === undefined || daemon === undefined
      ? {}
      : alertLabels(await daemon.get<Alert>(`v1/alerts/${encodeURIComponent(flags.alert)}`));
  return { ...fromFile, ...fromDaemon, ...labelsOfArguments(texts) };
}

async function ask(daemon: DaemonClient): Promise<Known> {
  const { silences } = await daemon.get<{ silences: readonly Silence[] }>("v1/silences");
  const alerts: Alert[] = [];
  let cursor: string | undefined;
  do {
    const page = await daemon.get<{ alerts: readonly Alert[]; cursor: string | null }>("v1/alerts", {
      state: LIVE,
      limit: PAGE,
      cursor,
    });
    alerts.push(...page.alerts);
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return { silences, alerts };
}

function timeOf(text: string | undefined): number {
  if (text === undefined) return systemClock.now();
  const time = parseTime(text);
  if (time !== undefined) return time;
  throw new CommandFailure(EXIT.usage, `error: --at ${JSON.stringify(text)} is not a time; write RFC 3339 or seconds since 1970`);
}
