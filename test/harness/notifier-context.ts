/** What tests give to notifiers: a real clock, a memory in a map, and a notification made by the real lifecycle. */
import { setTimeout as delay } from "node:timers/promises";
import { DEFAULT_LIFECYCLE_POLICY, type Finding, reconcile } from "../../src/alerting/lifecycle/index.ts";
import type { Transition } from "../../src/domain/alert.ts";
import type { NotifierContext } from "../../src/notifiers/index.ts";
import type { Notification } from "../../src/ports/notifier.ts";
import { finding, MINUTE, over, T0 } from "../unit/alerting/alert-fixtures.ts";

export interface TestContext extends NotifierContext {
  readonly stored: Map<string, string>;
  readonly written: string[];
  readonly warned: string[];
}

export function testContext(over: Partial<NotifierContext> = {}): TestContext {
  const stored = new Map<string, string>();
  const written: string[] = [];
  const warned: string[] = [];
  return {
    clock: { now: () => Date.now(), sleep: async (ms, signal) => void (await delay(ms, undefined, signal ? { signal } : {})) },
    memory: {
      get: async (name) => stored.get(name),
      set: async (name, value) => void stored.set(name, value),
    },
    allowPrivate: ["127.0.0.0/8"],
    write: (text) => written.push(text),
    color: false,
    picture: async () => undefined,
    warn: (text) => warned.push(text),
    ...over,
    stored,
    written,
    warned,
  };
}

const policy = {
  ...DEFAULT_LIFECYCLE_POLICY,
  regimes: new Map([["pci", "critical" as const]]),
  externalUrl: "https://tenfold.example",
};

/** `fired`, `worse` and `resolved` of one alert's life. */
export function life(of: Finding = finding()): {
  readonly fired: Transition;
  readonly worse: Transition;
  readonly resolved: Transition;
} {
  const bigger = { ...of, anomaly: { ...of.anomaly, ratio: 3 * of.anomaly.ratio } };
  const first = reconcile({ now: T0, records: [], findings: [of], policy });
  const second = reconcile({ now: T0 + 2 * MINUTE, records: first.records, findings: [bigger], policy });
  const ended = [over(bigger, T0 + 9 * MINUTE)];
  const third = reconcile({ now: T0 + 9 * MINUTE, records: second.records, findings: ended, policy });
  const [fired] = first.transitions;
  const [worse] = second.transitions;
  const [resolved] = third.transitions;
  if (!fired || !worse || !resolved) throw new Error("the lifecycle told less than it should");
  return { fired, worse, resolved };
}

export function notification(transition: Transition = life().fired, over: Partial<Notification> = {}): Notification {
  return {
    id: `n-${transition.data.id}-${transition.data.version}`,
    transition,
    receiver: "security",
    groupLabels: { regime: "pci" },
    groupKey: "group-1",
    attempt: 1,
    externalUrl: "https://tenfold.example",
    ...over,
  };
}

export const NEVER = new AbortController().signal;
