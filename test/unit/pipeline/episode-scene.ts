/** A small scene for the assembly of episodes: a timeline, counted events and an anomaly, on a store in memory. */
import { ReplayClock } from "../../../src/app/replay-clock.ts";
import type { Alert } from "../../../src/domain/alert.ts";
import type { Anomaly } from "../../../src/domain/anomaly.ts";
import type { TimelineRecord } from "../../../src/domain/observation.ts";
import type { Violation } from "../../../src/domain/violation.ts";
import { createTimeline } from "../../../src/identity/timeline.ts";
import { assembleEpisode } from "../../../src/pipeline/assemble-episode.ts";
import { EventDetails } from "../../../src/pipeline/event-details.ts";
import { createIdentify } from "../../../src/pipeline/identify.ts";
import { LateEvents } from "../../../src/pipeline/late-events.ts";
import { pastVerdicts } from "../../../src/pipeline/past-verdicts.ts";
import { Recorder } from "../../../src/pipeline/record.ts";
import { attributionView } from "../../../src/pipeline/timeline-view.ts";
import { createMemoryStore } from "../../../src/stores/memory/memory-store.ts";
import { minute, T0, violation } from "../identity/timeline-records.ts";

export interface Scene {
  readonly timeline: readonly TimelineRecord[];
  /** What the timeline learns after the events were counted. */
  readonly late?: readonly TimelineRecord[];
  readonly events: readonly Violation[];
  /** Alerts of the past. */
  readonly alerts?: readonly Alert[];
  /** Minutes after T0. */
  readonly onset: number;
  readonly asOf: number;
  /** When an anomaly before this one was over. */
  readonly calmSince?: number;
}

/** The episode of Deployment/api under `deny-egress`, an hour of lookback before the onset. */
export async function episodeOf(scene: Scene) {
  const clock = new ReplayClock(T0);
  const { windows } = createMemoryStore({ clock });
  const timeline = createTimeline();
  for (const record of scene.timeline) timeline.apply(record);
  const identify = createIdentify({
    shards: windows.shards,
    width: windows.width,
    lateness: 60_000,
    resolve: (one) => timeline.identify(one),
    regimesOf: () => [],
  });
  const details = new EventDetails(windows.width);
  const identified = scene.events.map(identify);
  for (const record of scene.late ?? []) timeline.apply(record);
  for (const one of identified) details.note(one, one.violation.receivedAt);
  await new Recorder({ windows, clock, writer: "w", maxPending: 100_000, patience: 0 }).record(identified);
  const late = new LateEvents({ windows, clock, placeOf: (mention) => timeline.placeOfPod(mention) });
  await late.place(Array.from({ length: windows.shards }, (_, shard) => shard));
  const { series } = identify(
    violation(scene.onset, { workload: "Deployment/api", regimes: scene.events.at(-1)?.regimes ?? [] }),
  );
  const anomaly: Anomaly = {
    series,
    state: "open",
    openedAt: minute(scene.onset + 1),
    updatedAt: minute(scene.asOf),
    resolvedAt: null,
    onsetAt: minute(scene.onset),
    ...(scene.calmSince === undefined ? {} : { calmSince: minute(scene.calmSince) }),
    observed: 0,
    expected: 0,
    windowSeconds: 600,
    ratio: 10,
    ratioInterval: [5, 20],
    evidence: 30,
    detectors: [],
  };
  return assembleEpisode(anomaly, minute(scene.asOf), {
    windows,
    timeline: attributionView(timeline),
    details,
    past: async () => pastVerdicts(scene.alerts ?? []),
    lookback: 60 * 60_000,
  });
}
