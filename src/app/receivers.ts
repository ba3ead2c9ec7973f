/** Who can be told: the targets of the configuration, each with its notifier. */
import type { Config, Receiver } from "../../config/schema.ts";
import type { DeliveryTarget } from "../alerting/routing/index.ts";
import { type NotifierContext, type NotifierKindName, notifierKinds } from "../notifiers/index.ts";
import type { ChangeTarget } from "../pipeline/tell-changes.ts";
import type { AlertStore } from "../ports/alert-store.ts";
import type { Notifier, NotifierMemory } from "../ports/notifier.ts";

/** What all notifiers share. */
export type ReceiverSettings = Pick<NotifierContext, "clock" | "write" | "color" | "picture" | "warn">;

/** `receiver/kind/index`, and how it is made when something is to be sent. */
export interface Receivers {
  readonly targets: ReadonlyMap<string, readonly DeliveryTarget[]>;
  notifier(target: string): Notifier | undefined;
  /** Those that want to hear of changes. */
  readonly changeTargets: readonly ChangeTarget[];
  close(): Promise<void>;
}

/** Webhooks that may be read by people; the others are incident services. */
const FOR_PEOPLE: ReadonlySet<string> = new Set(["tenfold", "template"]);
const KINDS = Object.keys(notifierKinds) as NotifierKindName[];
/** Message references are kept this long after the last message. */
const MEMORY_TTL = 30 * 86_400_000;

export function createReceivers(
  config: Config,
  values: Pick<AlertStore, "readValue" | "writeValue">,
  settings: ReceiverSettings,
): Receivers {
  const notifiers = new Map<string, Notifier>();
  for (const { kind, options, target } of config.receivers.flatMap(targetsOf)) {
    const context: NotifierContext = {
      ...settings,
      memory: memoryOf(target, values),
      allowPrivate: config.delivery.allow_private,
    };
    notifiers.set(target, createNotifier(kind, options, context));
  }
  return {
    targets: deliveryTargets(config),
    notifier: (target) => notifiers.get(target),
    changeTargets: [...notifiers].flatMap(([target, { tellChange }]) => (tellChange ? [{ target, tell: tellChange }] : [])),
    close: async () => {
      for (const notifier of notifiers.values()) await notifier.close?.();
    },
  };
}

/** Targets by receiver name: what routing needs to know of the receivers. */
export function deliveryTargets(config: Config): ReadonlyMap<string, readonly DeliveryTarget[]> {
  return new Map(
    config.receivers.map((receiver) => [
      receiver.name,
      targetsOf(receiver).map(({ options, target }) => deliveryTarget(target, options)),
    ]),
  );
}

function targetsOf(receiver: Receiver) {
  return KINDS.flatMap((kind) =>
    receiver[kind].map((options, index) => ({ kind, options, target: `${receiver.name}/${kind}/${index}` })),
  );
}

/** Every notifier of one receiver: what `test-receiver` sends through. */
export function createNotifier(kind: NotifierKindName, options: unknown, context: NotifierContext): Notifier {
  const { schema, create } = notifierKinds[kind];
  // Kind and options belong together by construction, which the compiler cannot see across the union.
  const make = create as (options: unknown, context: NotifierContext) => Notifier;
  return make(schema.parse(options), context);
}

function deliveryTarget(target: string, options: Receiver[NotifierKindName][number]): DeliveryTarget {
  const resendEvery = "resend_every" in options ? options.resend_every : undefined;
  const sendResolved = "send_resolved" in options ? options.send_resolved : true;
  const incidentsOnly = resendEvery !== undefined || ("format" in options && !FOR_PEOPLE.has(options.format));
  return {
    target,
    sendResolved,
    ...(resendEvery === undefined ? {} : { resendEvery }),
    ...(incidentsOnly ? { incidentsOnly } : {}),
  };
}

function memoryOf(target: string, values: Pick<AlertStore, "readValue" | "writeValue">): NotifierMemory {
  const nameOf = (name: string) => `notifier:${target}:${name}`;
  return {
    get: (name) => values.readValue(nameOf(name)),
    set: (name, value) => values.writeValue(nameOf(name), value, MEMORY_TTL),
  };
}
