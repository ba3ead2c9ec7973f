/**
 * Compares the engine with reference files of complete episodes: `tsx bench/correlate/golden.ts FILE...`. Prints, for
 * each file and mode, the largest differences between its posteriors and ours.
 */
import { readFileSync } from "node:fs";
import { attribute } from "../../src/correlation/attribute.ts";
import { BUCKET_MS, type CandidateChange, type Episode, type EpisodePod, type PodEvents } from "../../src/correlation/episode.ts";
import { BASIC_MODEL, FULL_MODEL, type ModelOptions } from "../../src/correlation/model-options.ts";

interface GoldenSeries {
  y: number[][];
  u: number[];
  pods: number[][];
  named?: [number, number, number][];
}
interface GoldenChange {
  id: number;
  type: string;
  w: number | null;
  policy: string | number | null;
  t: number;
  digest: number | null;
  act: number | null;
  elsewhere?: [number, string] | null;
  here?: [number, string] | null;
}
interface GoldenPosterior {
  h: string;
  ids: number[] | null;
  p: number;
}
interface GoldenEpisode {
  seed: number;
  kind: string;
  onsetIndex: number;
  wid: number;
  w: GoldenSeries;
  others: Record<string, GoldenSeries>;
  otherPolicies: Record<string, number[]>;
  sel: Record<string, number[]>;
  qw: Record<string, GoldenSeries>;
  pod?: { act: number; start: number; end: number }[];
  changes: GoldenChange[];
  hist?: { R: [number, number]; C: [number, number]; P: Record<string, [number, number]>; spikes: number; minutes: number };
  posterior: GoldenPosterior[];
  posteriorSection4?: GoldenPosterior[];
}

const PAST = 999;
const workload = (index: number | string) => `ns/Deployment/w${index}`;

export function goldenEpisode(golden: GoldenEpisode): Episode {
  const buckets = golden.w.u.length;
  const activations = (series: GoldenSeries) =>
    series.pods.map((pods, a) => ({
      digest: `act-${a}`,
      pods: pods.slice(1, buckets + 1),
      podsBefore: pods[0] ?? 0,
      podsAfter: pods[buckets + 1] ?? 0,
    }));
  const counts = (series: GoldenSeries) => ({
    known: series.y,
    unknown: series.u,
    named: (series.named ?? []).map(([pod, bucket, count]): PodEvents => ({ pod, bucket, count })),
  });
  const { hist } = golden;
  return {
    cluster: "c",
    policy: "p",
    workload: workload(golden.wid),
    startAt: 0,
    buckets,
    onsetIndex: golden.onsetIndex,
    alertedAt: golden.onsetIndex * BUCKET_MS,
    asOf: (buckets + 2) * BUCKET_MS,
    activations: activations(golden.w),
    counts: counts(golden.w),
    ...(golden.pod
      ? {
          pods: golden.pod.map(
            ({ act, start, end }, i): EpisodePod => ({
              name: `pod-${i}`,
              activation: act,
              ...(start > -PAST ? { startedAt: start * BUCKET_MS } : {}),
              ...(end < PAST ? { endedAt: end * BUCKET_MS } : {}),
            }),
          ),
        }
      : {}),
    neighbours: Object.entries(golden.others).map(([id, series]) => ({
      workload: workload(id),
      activations: activations(series),
      counts: counts(series),
      policies: Object.keys(golden.sel).filter((policy) => golden.sel[policy]?.includes(Number(id))),
    })),
    siblings: Object.entries(golden.qw).map(([policy, series]) => ({ policy, counts: counts(series) })),
    otherPolicies: Object.entries(golden.otherPolicies).map(([policy, values]) => ({ policy, counts: values })),
    changes: golden.changes.map(goldenChange),
    ...(hist
      ? {
          history: {
            rollouts: { hits: hist.R[0], changes: hist.R[1] },
            configs: { hits: hist.C[0], changes: hist.C[1] },
            edits: Object.fromEntries(Object.entries(hist.P).map(([policy, [hits, changes]]) => [policy, { hits, changes }])),
            spikes: { count: hist.spikes, minutes: hist.minutes },
          },
        }
      : {}),
  };
}

function goldenChange(change: GoldenChange): CandidateChange {
  const soak = (value: [number, string] | null | undefined) =>
    value ? ({ minutes: value[0], outcome: value[1] === "quiet" ? "quiet" : "loud" } as const) : undefined;
  const elsewhere = soak(change.elsewhere);
  const here = soak(change.here);
  return {
    id: String(change.id),
    kind: change.type as CandidateChange["kind"],
    at: change.t * BUCKET_MS,
    ...(change.w === null ? {} : { workload: workload(change.w) }),
    ...(change.policy === null ? {} : { policy: String(change.policy) }),
    ...(change.digest === null ? {} : { digest: `sha256:${change.digest}` }),
    ...(change.act === null ? {} : { activation: change.act }),
    ...(elsewhere ? { elsewhere } : {}),
    ...(here ? { here } : {}),
  };
}

const KIND: Readonly<Record<string, string>> = {
  noise: "nothing",
  policywide: "policy-wide",
  onepod: "one-pod",
  "other-policy": "policy",
};

function compare(name: string, episodes: GoldenEpisode[], options: ModelOptions, field: "posterior" | "posteriorSection4"): void {
  const rows: { seed: number; kind: string; h: string; want: number; got: number }[] = [];
  for (const golden of episodes) {
    const weighed = attribute(goldenEpisode(golden), { model: options }).ranking;
    const want = golden[field] ?? [];
    for (const { h, ids, p } of want) {
      const kind = KIND[h] ?? h;
      const found = weighed.find(
        (entry) =>
          (KIND[entry.kind] ?? entry.kind) === kind && (ids === null || ids.some((id) => entry.change?.id === String(id))),
      );
      rows.push({ seed: golden.seed, kind: golden.kind, h: `${h} ${ids ?? ""}`, want: p, got: found?.probability ?? Number.NaN });
    }
    if (want.length !== weighed.length)
      process.stdout.write(`${golden.seed}: ${want.length} hypotheses expected, ${weighed.length} found\n`);
  }
  const gap = ({ want, got }: { want: number; got: number }) => (Number.isNaN(got) ? 1 : Math.abs(want - got));
  rows.sort((a, b) => gap(b) - gap(a));
  process.stdout.write(
    `${name}: ${rows.length} posteriors, largest difference ${gap(rows[0] ?? { want: 0, got: 1 }).toExponential(2)}\n`,
  );
  for (const row of rows.slice(0, 6).filter((entry) => gap(entry) > 1e-9)) {
    process.stdout.write(`  ${row.seed} ${row.kind} ${row.h}: expected ${row.want}, found ${row.got}\n`);
  }
}

for (const file of process.argv.slice(2)) {
  const episodes = JSON.parse(readFileSync(file, "utf8")) as GoldenEpisode[];
  const both = episodes.some((episode) => episode.posteriorSection4);
  // Files that hold both modes computed their basic posteriors with the stray-label term on.
  const basic = both ? { ...BASIC_MODEL, strayShare: FULL_MODEL.strayShare } : BASIC_MODEL;
  compare(`${file}, basic`, episodes, basic, both ? "posteriorSection4" : "posterior");
  if (both) compare(`${file}, full`, episodes, FULL_MODEL, "posterior");
}
