import { didYouMean } from "../../config/nearest.ts";
import type { Config, Receiver } from "../../config/schema.ts";
import { drawPicture } from "../app/draw-picture.ts";
import { systemClock } from "../app/system-clock.ts";
import { type NotifierContext, notifierKinds } from "../notifiers/index.ts";
import type { Delivery, Notifier } from "../ports/notifier.ts";
import type { CliCommand, CliIo } from "./command.ts";
import { DEFAULT_CONFIG_FILE, requireConfig } from "./configuration.ts";
import { CommandFailure, EXIT } from "./exit.ts";
import { testChart, testTransition } from "./test-alert.ts";

/** No target may keep the command longer than this, whatever its own time limit. */
const TIME_LIMIT_MILLISECONDS = 60_000;

/** `tenfold test-receiver`: one marked test alert through every target of one receiver, and what each answered. */
export const testReceiver: CliCommand = {
  name: "test-receiver",
  summary: "send a marked test alert through one receiver and print the answer",
  build(command, io) {
    command
      .description("Sends a marked test alert through every target of one receiver and prints the answers.")
      .argument("<name>", "name of the receiver")
      .option("--config <file>", `configuration file (default: ${DEFAULT_CONFIG_FILE})`)
      .action((name: string, options: { readonly config?: string }) => run(name, requireConfig(options.config, io), io));
  },
};

async function run(name: string, config: Config, io: CliIo): Promise<void> {
  const receiver = config.receivers.find((one) => one.name === name);
  if (receiver === undefined) {
    const names = config.receivers.map((one) => one.name);
    throw new CommandFailure(EXIT.usage, `error: there is no receiver ${JSON.stringify(name)}; ${didYouMean(name, names)}`);
  }
  const notifiers = notifiersOf(receiver, config, io);
  if (notifiers.length === 0) throw new CommandFailure(EXIT.usage, `error: receiver ${JSON.stringify(name)} has no target`);
  const answers = await Promise.all(notifiers.map(({ target, notifier }) => send(target, notifier, name, config)));
  for (const { target, delivery } of answers) io.stdout.write(`${target}: ${describe(delivery)}\n`);
  const failed = answers.filter(({ delivery }) => !delivery.ok).length;
  if (failed > 0) throw new CommandFailure(EXIT.failed, `error: ${failed} of ${answers.length} deliveries failed`);
}

function notifiersOf(receiver: Receiver, config: Config, io: CliIo) {
  const values = new Map<string, string>();
  const context: NotifierContext = {
    clock: systemClock,
    memory: { get: async (key) => values.get(key), set: async (key, value) => void values.set(key, value) },
    allowPrivate: config.delivery.allow_private,
    write: (text) => void io.stdout.write(text),
    color: io.color,
    picture: (alert, theme) => drawPicture(testChart(alert), theme),
    warn: (text) => void io.stderr.write(`warning: ${text}\n`),
  };
  return (Object.keys(notifierKinds) as (keyof typeof notifierKinds)[]).flatMap((kind) =>
    receiver[kind].map((options, index) => {
      const { schema, create } = notifierKinds[kind];
      // Kind and options belong together by construction, which the compiler cannot see across the union.
      const make = create as (options: unknown, context: NotifierContext) => Notifier;
      return { target: `${receiver.name}/${kind}/${index}`, notifier: make(schema.parse(options), context) };
    }),
  );
}

async function send(target: string, notifier: Notifier, receiver: string, config: Config) {
  const { host, port } = config.server.listen;
  const externalUrl = config.server.external_url || `http://${host}:${port}`;
  const transition = testTransition(systemClock.now(), externalUrl);
  const notification = {
    id: `test-${transition.data.id}`,
    transition,
    receiver,
    groupLabels: {},
    groupKey: `test:${transition.data.id}`,
    attempt: 1,
    externalUrl,
    test: true,
  };
  const delivery = await notifier.send(notification, AbortSignal.timeout(TIME_LIMIT_MILLISECONDS));
  await notifier.close?.();
  return { target, delivery };
}

function describe(delivery: Delivery): string {
  if (delivery.ok) return delivery.reference === undefined ? "delivered" : `delivered (${delivery.reference})`;
  return `failed: ${delivery.reason}: ${delivery.detail}${delivery.retryable ? " (would be retried)" : ""}`;
}
