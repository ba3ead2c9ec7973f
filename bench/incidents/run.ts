/** Replays a simulated fleet through the real pipeline, as `tenfold replay` does with files, and scores its alerts. */
import { defaultConfig } from "../../config/load.ts";
import { openStore } from "../../src/app/open-store.ts";
import { panelOptions } from "../../src/app/policy.ts";
import { replay } from "../../src/app/replay.ts";
import { ReplayClock } from "../../src/app/replay-clock.ts";
import { type ReplayItem, replayItem } from "../../src/app/replay-items.ts";
import type { Transition } from "../../src/domain/alert.ts";
import { formatTime } from "../../src/domain/time.ts";
import { fillOptions, type SimulationOptions } from "../../src/simulation/options.ts";
import { planFleet } from "../../src/simulation/plan.ts";
import { simulateFleet } from "../../src/simulation/simulate-fleet.ts";
import { selectSources } from "../../src/sources/index.ts";
import { withBursts } from "./bursts.ts";
import { informationOf } from "./information.ts";
import { type Score, scoreAlerts } from "./score.ts";

export interface IncidentRun {
  readonly score: Score;
  /** Nats of evidence in each incident, in the order of `score.found`. */
  readonly information: readonly number[];
  /** Nats that an alarm needs. */
  readonly threshold: number;
  readonly events: number;
  readonly series: number;
  /** Rollouts that did nothing; and those of them begun within 25 minutes of an incident. */
  readonly rollouts: number;
  readonly innocent: number;
}

const NEAR = 25 * 60_000;

export interface RunOptions {
  /** Every so many series also has bursts of one pod (bursts.ts). (Default: none) */
  readonly burstsOfEvery?: number;
  /** Told how far it is. */
  readonly say?: (line: string) => void;
}

export async function runIncidents(options: SimulationOptions, { burstsOfEvery, say }: RunOptions = {}): Promise<IncidentRun> {
  const fleet = simulateFleet(options);
  const all = burstsOfEvery === undefined ? fleet.events : withBursts(fleet.events, burstsOfEvery, options.seed);
  const config = defaultConfig();
  const clock = new ReplayClock();
  const store = await openStore("memory:", config, clock);
  const transitions: Transition[] = [];
  const series = new Set<string>();
  let events = 0;
  const counted = (function* () {
    for (const event of all) {
      events++;
      series.add(`${event.record.policy} ${event.record.namespace}/${event.record.workload}`);
      yield event.record;
    }
  })();
  try {
    await replay({
      config,
      store,
      clock,
      streams: [
        itemsOf(
          fleet.changes.map(({ record }) => record),
          config.cluster,
        ),
        itemsOf(counted, config.cluster),
      ],
      onTransitions: (some) => transitions.push(...some),
      onRejected: (where, code, message) => {
        throw new Error(`${where}: ${message} (${code})`);
      },
      ...(say ? { onProgress: (records, time) => say(`${records} records, at ${formatTime(time)}`) } : {}),
    });
  } finally {
    await store.close();
  }
  const rollouts = fleet.changes.filter(
    ({ record }) =>
      record.kind === "rollout" &&
      record.phase === "started" &&
      !fleet.truth.some(({ digest }) => digest !== undefined && digest === record.digest),
  );
  const innocent = rollouts.filter(({ at }) => fleet.truth.some(({ time }) => Math.abs(Date.parse(time) - at) <= NEAR));
  return {
    score: scoreAlerts(fleet.truth, transitions),
    // The truth is told in the order of the plan's incidents.
    information: planFleet(fillOptions(options)).incidents.map(informationOf),
    threshold: panelOptions(config.detection, series.size).lnThreshold,
    events,
    series: series.size,
    rollouts: rollouts.length,
    innocent: innocent.length,
  };
}

async function* itemsOf(records: Iterable<unknown>, cluster: string): AsyncGenerator<ReplayItem> {
  const sources = selectSources("auto");
  let index = 0;
  let before = 0;
  for (const record of records) {
    const item = replayItem({ index, record }, `record ${index}`, sources, cluster, before);
    before = item.time;
    index++;
    yield item;
  }
}
