/** Bursts of one pod, as a pod in a restart loop or a scanner makes them: many events of one kind within a minute. */

import { formatTime } from "../../src/domain/time.ts";
import type { TimedViolation } from "../../src/simulation/event-stream.ts";
import { type Random, seeded, subSeed } from "../detect/random.ts";

const DAY = 86_400_000;
const MINUTE = 60_000;
const MEAN_SIZE = 50;

/**
 * The same events, and with every `every`-th series about one burst of 50 a day: copies of an event of the series, in its
 * pod, within a minute. In order of time if the events are.
 */
export function* withBursts(events: Iterable<TimedViolation>, every: number, seed: number): Generator<TimedViolation> {
  const random = seeded(subSeed(seed, 90));
  const next = new Map<string, number | undefined>();
  let waiting: TimedViolation[] = [];
  for (const event of events) {
    const due = waiting.findIndex(({ at }) => at > event.at);
    const ripe = due === -1 ? waiting.length : due;
    yield* waiting.slice(0, ripe);
    waiting = waiting.slice(ripe);
    yield event;
    const key = `${event.record.policy} ${event.record.namespace}/${event.record.workload}`;
    if (!next.has(key)) next.set(key, next.size % every === 0 ? event.at + wait(random) : undefined);
    const at = next.get(key);
    if (at === undefined || event.at < at) continue;
    next.set(key, event.at + wait(random));
    waiting = [...waiting, ...burst(event, random)].sort((left, right) => left.at - right.at);
  }
  yield* waiting;
}

function wait(random: Random): number {
  return -Math.log(1 - random.next()) * DAY;
}

function burst({ at, record }: TimedViolation, random: Random): TimedViolation[] {
  return Array.from({ length: random.poisson(MEAN_SIZE) }, (_, i) => {
    const time = at + Math.floor(random.next() * MINUTE);
    return { at: time, record: { ...record, time: formatTime(time), id: `${record.id}-burst-${i}` } };
  });
}
