/** What the engine would be given about an alert at a time: only what was known by then. */
import type { CandidateChange, Counts, Episode, EpisodePod, HitRate, PodEvents } from "../../src/correlation/episode.ts";
import { BUCKET_MS } from "../../src/correlation/episode.ts";
import type { SimChange } from "./draft.ts";
import { minuteCounts, type SeriesEvents, UNKNOWN } from "./events.ts";
import type { SimSeries } from "./fleet.ts";
import type { SimPod } from "./pod-schedule.ts";
import type { Scenario } from "./scenario.ts";

export interface AlertSeen {
  readonly series: SimSeries;
  readonly minute: number;
  readonly onset: number;
}

/** Stress: what is hidden from the engine. */
export interface Hiding {
  /** Moves the onset that the engine is told, minutes. */
  readonly onsetShift?: number;
  /** Events of pods younger than this many seconds are not resolved to a version or pod. */
  readonly youngUnresolved?: number;
}

export interface Histories {
  readonly rollouts: readonly HitRate[];
  readonly configs: readonly HitRate[];
  readonly edits: readonly HitRate[];
}

const HISTORY = 60;
/** A bucket is used from this many seconds after its end on. */
const SETTLE = 10;
const SAMPLES = 6;
const NAME = (workload: number) => `ns/Deployment/w${workload}`;
const POLICY = (policy: number) => `p${policy}`;

/** Drawn from the same risks as the incidents. */
export function drawHistories({ fleet }: Scenario): Histories {
  const { random, workloads, editRisk } = fleet;
  const rate = (mean: number, risk: number): HitRate => {
    const changes = random.poisson(mean * random.lognormal(-0.3, 0.8));
    return { hits: random.binomial(changes, Math.min(risk, 0.9)), changes };
  };
  return {
    rollouts: workloads.map(({ rolloutRisk }) => rate(20, rolloutRisk)),
    configs: workloads.map(({ configRisk }) => rate(6, configRisk)),
    edits: editRisk.map((risk) => rate(6, risk)),
  };
}

/** The episode `delay` minutes after the alert. */
export function episodeOf(
  scenario: Scenario,
  events: readonly SeriesEvents[],
  histories: Histories,
  alert: AlertSeen,
  delay: number,
  hiding: Hiding = {},
): Episode {
  const asOf = (alert.minute + 1 + delay) * 60 + SETTLE;
  const onset = alert.onset + (hiding.onsetShift ?? 0);
  const first = Math.max(onset - HISTORY, 0);
  const buckets = alert.minute + 1 + delay - first;
  const { policy, workload } = alert.series;
  const frame: Frame = { scenario, first, buckets, asOf, hiding };
  const of = (p: number, w: number) => events.find(({ series }) => series.policy === p && series.workload === w);
  const selected = scenario.fleet.selects[policy] ?? [];
  const policies = scenario.fleet.selects.map((_, index) => index).filter((index) => index !== policy);
  return {
    cluster: "c",
    policy: POLICY(policy),
    workload: NAME(workload),
    startAt: first * BUCKET_MS,
    buckets,
    onsetIndex: onset - first,
    alertedAt: (alert.minute + 1) * BUCKET_MS,
    asOf: asOf * 1000,
    activations: activationsOf(frame, workload),
    counts: countsOf(frame, of(policy, workload)),
    pods: podsOf(frame, workload).map(({ pod, index }): EpisodePod => podOf(pod, index)),
    neighbours: selected
      .filter((other) => other !== workload)
      .map((other) => ({
        workload: NAME(other),
        activations: activationsOf(frame, other),
        counts: countsOf(frame, of(policy, other)),
        policies: policies.filter((q) => scenario.fleet.selects[q]?.includes(other)).map(POLICY),
      })),
    siblings: policies
      .filter((q) => scenario.fleet.selects[q]?.includes(workload))
      .map((q) => ({ policy: POLICY(q), counts: countsOf(frame, of(q, workload)) })),
    otherPolicies: policies.map((q) => ({
      policy: POLICY(q),
      counts: sumOf(
        frame,
        events.filter(({ series }) => series.policy === q && series.workload !== workload),
      ),
    })),
    changes: scenario.changes.filter(({ at }) => at <= asOf).flatMap((change) => candidate(frame, change)),
    history: {
      ...(histories.rollouts[workload] ? { rollouts: histories.rollouts[workload] } : {}),
      ...(histories.configs[workload] ? { configs: histories.configs[workload] } : {}),
      edits: Object.fromEntries(histories.edits.map((rate, index) => [POLICY(index), rate])),
      spikes: alert.series.spikes,
    },
  };
}

interface Frame {
  readonly scenario: Scenario;
  /** First minute of the episode. */
  readonly first: number;
  readonly buckets: number;
  readonly asOf: number;
  readonly hiding: Hiding;
}

/** Activations are known once their first pod is there: their indices stay those of the schedule. */
function activationsOf(frame: Frame, workload: number): Episode["activations"] {
  const schedule = frame.scenario.schedules[workload];
  const known = (schedule?.activations ?? []).filter(({ at }) => at <= frame.asOf);
  return known.map(({ digest }, activation) => {
    const pods = (schedule?.pods ?? []).filter((pod) => pod.activation === activation && pod.start <= frame.asOf);
    return {
      digest,
      pods: Array.from({ length: frame.buckets }, (_, b) => meanReady(pods, frame.first + b)),
      podsBefore: meanReady(pods, frame.first - 1),
    };
  });
}

/** Sampled every 10 s. */
function meanReady(pods: readonly SimPod[], minute: number): number {
  let ready = 0;
  for (let i = 0; i < SAMPLES; i++) {
    const at = (minute + (i + 0.5) / SAMPLES) * 60;
    for (const pod of pods) if (pod.start <= at && pod.end > at) ready++;
  }
  return ready / SAMPLES;
}

function podsOf({ scenario, asOf }: Frame, workload: number): { readonly pod: SimPod; readonly index: number }[] {
  return (scenario.schedules[workload]?.pods ?? []).map((pod, index) => ({ pod, index })).filter(({ pod }) => pod.start <= asOf);
}

function podOf({ activation, start, end }: SimPod, index: number): EpisodePod {
  return {
    name: `pod-${index}`,
    activation,
    ...(start > 0 ? { startedAt: start * 1000 } : {}),
    ...(end < 1e5 ? { endedAt: end * 1000 } : {}),
  };
}

function countsOf(frame: Frame, events: SeriesEvents | undefined): Counts {
  const { scenario, first, buckets, asOf, hiding } = frame;
  const schedule = events && scenario.schedules[events.series.workload];
  const activations = (schedule?.activations ?? []).filter(({ at }) => at <= asOf).length;
  const known = Array.from({ length: activations }, () => new Array<number>(buckets).fill(0));
  const unknown = new Array<number>(buckets).fill(0);
  const named = new Map<string, PodEvents>();
  const place = new Map(events ? podsOf(frame, events.series.workload).map(({ index }, position) => [index, position]) : []);
  for (let i = 0; events && i < events.bucket.length; i++) {
    const minute = events.bucket[i] ?? 0;
    const b = minute - first;
    if (b < 0 || b >= buckets || (events.knownAt[i] ?? 0) > asOf) continue;
    const activation = events.activation[i] ?? UNKNOWN;
    const pod = place.get(events.pod[i] ?? UNKNOWN);
    const row = known[activation];
    const start = schedule?.pods[events.pod[i] ?? UNKNOWN]?.start ?? 0;
    const hidden = hiding.youngUnresolved !== undefined && minute * 60 - start < hiding.youngUnresolved;
    if (!row || hidden) {
      unknown[b] = (unknown[b] ?? 0) + 1;
      continue;
    }
    row[b] = (row[b] ?? 0) + 1;
    if (pod === undefined) continue;
    const key = `${pod}/${b}`;
    named.set(key, { pod, bucket: b, count: (named.get(key)?.count ?? 0) + 1 });
  }
  return { known, unknown, named: [...named.values()] };
}

function sumOf({ first, buckets, asOf }: Frame, events: readonly SeriesEvents[]): number[] {
  const sum = new Array<number>(buckets).fill(0);
  for (const one of events) {
    const counts = minuteCounts(one, asOf);
    for (let b = 0; b < buckets; b++) sum[b] = (sum[b] ?? 0) + (counts[first + b] ?? 0);
  }
  return sum;
}

function candidate({ scenario, asOf }: Frame, change: SimChange): CandidateChange[] {
  const activation = change.operation?.kind === "rollout" ? change.operation.activation : undefined;
  const at = activation === undefined ? 0 : (scenario.schedules[change.workload ?? 0]?.activations[activation]?.at ?? 0);
  return [
    {
      id: change.id,
      kind: change.kind,
      at: change.at * 1000,
      ...(change.workload === undefined ? {} : { workload: NAME(change.workload) }),
      ...(change.policy === undefined ? {} : { policy: POLICY(change.policy) }),
      ...(change.digest === undefined ? {} : { digest: change.digest }),
      ...(activation === undefined || at > asOf ? {} : { activation }),
      ...(change.elsewhere ? { elsewhere: change.elsewhere } : {}),
      ...(change.here ? { here: change.here } : {}),
    },
  ];
}
