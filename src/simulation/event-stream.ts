import { formatTime } from "../domain/time.ts";
import type { FilledOptions } from "./options.ts";
import type { FleetPlan } from "./plan.ts";
import type { ViolationRecord } from "./records.ts";
import { type PendingEvent, SeriesEvents } from "./series-events.ts";

/** Events are drawn for all series this far at a time: the most that is ever held in memory. */
const SLOT_MS = 10_000;

/** An event with its time in milliseconds, so that nobody has to parse what was just written. */
export interface TimedViolation {
  readonly at: number;
  readonly record: ViolationRecord;
}

/** All events of a plan in order of time, drawn as they are asked for. */
export function* eventStream(plan: FleetPlan, options: FilledOptions): Generator<TimedViolation> {
  const effects = plan.incidents.flatMap((incident) => incident.effects);
  const sources = plan.fleet.workloads.flatMap((workload) =>
    workload.series.map(
      (series) =>
        new SeriesEvents(
          series,
          effects.filter((effect) => effect.series === series),
          options,
        ),
    ),
  );
  const end = options.start + options.durationMs;
  const run = options.seed.toString(36);
  let waiting: PendingEvent[] = [];
  let sequence = 0;
  for (let from = options.start; from < end || waiting.length > 0; from += SLOT_MS) {
    const to = from + SLOT_MS;
    if (from < end) for (const source of sources) source.begin(from, Math.min(to, end), waiting);
    // The sort is stable and series are drawn in a fixed order, so events of one millisecond have a fixed order too.
    waiting.sort((left, right) => left.at - right.at);
    const later = waiting.findIndex((event) => event.at >= to);
    const due = later === -1 ? waiting : waiting.slice(0, later);
    waiting = later === -1 ? [] : waiting.slice(later);
    for (const event of due) {
      const id = `sim-${run}-${(sequence++).toString(36)}`;
      yield { at: event.at, record: { time: formatTime(event.at), id, ...event.record } };
    }
  }
}
