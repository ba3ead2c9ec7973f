/**
 * The demo: a simulated fleet sends its violations and rollouts to a real daemon over HTTP. A day of history is read
 * first, so that the detectors know the fleet; then twenty minutes pass in less than one, with a bad rollout in them.
 */
import type { Config } from "../../config/schema.ts";
import type { Transition } from "../domain/alert.ts";
import type { Clock } from "../ports/clock.ts";
import { LiveFleet } from "../simulation/live-fleet.ts";
import { simulateFleet } from "../simulation/simulate-fleet.ts";
import { AUTO, selectSources } from "../sources/index.ts";
import { createMemoryStore } from "../stores/memory/memory-store.ts";
import type { Logger } from "../telemetry/logger.ts";
import { createDaemon } from "./daemon.ts";
import { DemoClock } from "./demo-clock.ts";
import { replay } from "./replay.ts";
import { type ReplayItem, replayItem } from "./replay-items.ts";

export interface DemoOptions {
  readonly config: Config;
  readonly wall: Clock;
  readonly seed: number;
  readonly log: Logger;
  readonly write: (text: string) => void;
  /** For people: what the demo is doing. */
  readonly say: (text: string) => void;
  readonly color: boolean;
  /** Stop when the alert of the bad rollout has fired and resolved. */
  readonly once: boolean;
  readonly signal: AbortSignal;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** History the fleet is known by: one day for the season, and the hour by which learning keeps its distance. */
const HISTORY = 26 * HOUR;
/** Time until the wall clock is reached, and how much faster it passes. */
const CATCH_UP = 24 * MINUTE;
const SPEED = 30;
const ROLLOUT_AFTER = 2 * MINUTE;
const ROLLED_BACK_AFTER = 12 * MINUTE;
const WORKLOADS = 10;
/** How often the fleet sends, milliseconds of the demo's time. */
const SEND_EVERY = 5_000;

/** Runs until `signal`, or, with `once`, until the alert resolved. Resolves with true when it was seen to do so. */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const { config, wall, signal } = options;
  const clock = new DemoClock(wall, SPEED);
  const live = wall.now() - CATCH_UP;
  const fleet = new LiveFleet(
    simulateFleet({
      seed: options.seed,
      workloads: WORKLOADS,
      start: live - HISTORY,
      durationMs: HISTORY + 7 * 24 * HOUR,
      scenario: "bad-rollout",
      incidentAfterMs: HISTORY + ROLLOUT_AFTER,
      incidentLastsMs: ROLLED_BACK_AFTER,
    }),
  );
  const store = createMemoryStore({ clock, width: config.buckets.width, retention: config.buckets.retention });
  options.say("Reading one day of history of a simulated fleet …");
  await replay({
    config,
    store,
    clock,
    streams: [history(fleet, live, config.cluster)],
    onTransitions: () => undefined,
    onRejected: () => undefined,
  });
  clock.start(live);
  const seen = new AbortController();
  const daemon = createDaemon({
    // What is simulated has no place in a journal of what happened.
    config: { ...config, audit: {} },
    store,
    clock,
    log: options.log,
    write: options.write,
    color: options.color,
    reload: async () => config,
    onTransition: (transition) => {
      if (endsDemo(transition)) seen.abort();
    },
  });
  try {
    const { url } = await daemon.start();
    options.say(`Page: ${url}  A bad rollout begins in a few seconds; time runs ${SPEED} times as fast until it has caught up.`);
    const ends = new AbortController();
    for (const cause of options.once ? [signal, seen.signal] : [signal])
      cause.addEventListener("abort", () => ends.abort(), { once: true });
    await sendLive(fleet, url, clock, ends.signal);
    // What the alert's end owes to its receivers is delivered before the daemon is stopped.
    if (seen.signal.aborted) await clock.sleep(MINUTE).catch(() => undefined);
  } finally {
    await daemon.stop();
  }
  return seen.signal.aborted;
}

function endsDemo({ type, data }: Transition): boolean {
  return type === "alert.resolved" && data.cause.verdict === "image";
}

async function* history(fleet: LiveFleet, until: number, cluster: string): AsyncGenerator<ReplayItem> {
  const candidates = selectSources(AUTO);
  const { events, changes } = fleet.next(until);
  const timed = [...changes, ...events].sort((a, b) => a.at - b.at);
  for (const [index, { at, record }] of timed.entries())
    yield replayItem({ index, record }, `history:${index}`, candidates, cluster, at);
}

async function sendLive(fleet: LiveFleet, url: string, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { events, changes } = fleet.next(clock.now());
    await post(`${url}/v1/changes`, changes, signal);
    await post(`${url}/v1/events`, events, signal);
    await clock.sleep(SEND_EVERY, signal).catch(() => undefined);
  }
}

async function post(url: string, timed: readonly { readonly record: unknown }[], signal: AbortSignal): Promise<void> {
  if (timed.length === 0) return;
  const body = timed.map(({ record }) => JSON.stringify(record)).join("\n");
  try {
    const answer = await fetch(url, { method: "POST", body, headers: { "content-type": "application/x-ndjson" }, signal });
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
