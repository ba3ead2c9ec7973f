/**
 * When an anomaly is attributed: at once, and again 1, 3 and 10 minutes after it opened, and for half an hour whenever
 * the timeline learned something. In between the last verdict stands.
 */
import { RERUN_MINUTES } from "../correlation/tier.ts";
import type { Cause } from "../domain/alert.ts";
import type { Anomaly } from "../domain/anomaly.ts";

const RERUNS = RERUN_MINUTES.map((minutes) => minutes * 60_000);
/** Late notices of changes are taken in for this long. */
const NOTICE_WINDOW = 30 * 60_000;

interface Entry {
  readonly openedAt: number;
  readonly asOf: number;
  readonly runs: number;
  readonly timeline: number;
  readonly cause: Cause;
}

export class AttributionSchedule {
  readonly #attribute: (anomaly: Anomaly, asOf: number) => Promise<Cause>;
  readonly #entries = new Map<string, Entry>();

  constructor(attribute: (anomaly: Anomaly, asOf: number) => Promise<Cause>) {
    this.#attribute = attribute;
  }

  /** Forgets series that have no anomaly any more. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of this.#entries.keys()) if (!ids.has(id)) this.#entries.delete(id);
  }

  /** The verdict in force at `now`, and whether it was taken just now. */
  async causeOf(anomaly: Anomaly, now: number, timeline: number): Promise<{ readonly cause: Cause; readonly fresh: boolean }> {
    const entry = this.#entries.get(anomaly.series.id);
    if (entry && entry.openedAt === anomaly.openedAt && !isDue(entry, anomaly, now, timeline))
      return { cause: entry.cause, fresh: false };
    const age = now - anomaly.openedAt;
    const cause = await this.#attribute(anomaly, now);
    const runs = RERUNS.filter((offset) => offset <= age).length;
    this.#entries.set(anomaly.series.id, { openedAt: anomaly.openedAt, asOf: now, runs, timeline, cause });
    return { cause, fresh: true };
  }
}

function isDue(entry: Entry, anomaly: Anomaly, now: number, timeline: number): boolean {
  const age = now - anomaly.openedAt;
  if (anomaly.state !== "open") return false;
  if (RERUNS.filter((offset) => offset <= age).length > entry.runs) return true;
  return timeline !== entry.timeline && age <= NOTICE_WINDOW && now > entry.asOf;
}
