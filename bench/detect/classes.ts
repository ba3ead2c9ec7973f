import type { Random } from "./random.ts";

export const DAY = 1440;
export const WEEK = 7 * DAY;

/** How one series of a class behaves. Minutes are counted from a Monday, 00:00 UTC. */
export interface Behaviour {
  readonly rate: number;
  /** Overdispersion, as clumps of events in one pod. */
  readonly excess: number;
  /** Chance per minute of a burst of 50 in one pod. */
  readonly burst: number;
  /** Events per minute; `state` is the value of the class's hidden noise. */
  level(minute: number, state: number): number;
  /** Hidden noise that follows, for classes that have it. */
  readonly noise: boolean;
}

export interface SeriesClass {
  readonly name: string;
  readonly rates: readonly number[];
  behaviour(rate: number, index: number): Behaviour;
}

const STEADY = { excess: 0, burst: 0, noise: false } as const;
const daily = (minute: number) => Math.exp(0.5 * Math.log(5) * Math.sin((2 * Math.PI * minute) / DAY));
const weekend = (minute: number) => Math.floor(minute / DAY) % 7 >= 5;
const hourOf = (minute: number) => Math.floor(minute / 60) % 24;

export const CLASSES: readonly SeriesClass[] = [
  { name: "poisson", rates: [0.02, 0.2, 2, 20], behaviour: (rate) => ({ ...STEADY, rate, level: () => rate }) },
  {
    name: "nb",
    rates: [0.2, 2, 20],
    behaviour: (rate, i) => ({ ...STEADY, rate, excess: [1, 4, 9][Math.floor(i / 3) % 3] ?? 1, level: () => rate }),
  },
  { name: "seasonal", rates: [0.2, 2, 20], behaviour: (rate) => ({ ...STEADY, rate, level: (minute) => rate * daily(minute) }) },
  { name: "bursty", rates: [0.05, 0.5], behaviour: (rate) => ({ ...STEADY, rate, burst: 1 / DAY, level: () => rate }) },
  {
    name: "drift",
    rates: [0.2, 2, 20],
    behaviour: (rate) => ({ ...STEADY, rate, level: (minute) => rate * 2 ** (minute / WEEK) }),
  },
  {
    name: "autocorr",
    rates: [0.2, 2, 20],
    behaviour: (rate) => ({ ...STEADY, rate, noise: true, level: (_minute, z) => rate * Math.exp(0.5 * z - 0.125) }),
  },
  {
    name: "realistic",
    rates: [0.2, 2, 20],
    behaviour: (rate) => ({
      ...STEADY,
      rate,
      excess: 2,
      level: (minute) => rate * daily(minute) * (weekend(minute) ? 0.3 : 1),
    }),
  },
  {
    name: "office",
    rates: [0.2, 2, 20],
    behaviour: (rate) => ({
      ...STEADY,
      rate,
      level: (minute) => rate * (!weekend(minute) && hourOf(minute) >= 9 && hourOf(minute) < 17 ? 5 : 1),
    }),
  },
  {
    name: "cron",
    rates: [0.2, 2, 20],
    behaviour: (rate) => ({ ...STEADY, rate, level: (minute) => rate * (hourOf(minute) === 3 ? 6 : 1) }),
  },
];

export interface Minute {
  readonly count: number;
  /** At most three events per pod. */
  readonly clipped: number;
}

const CLIP = 3;

/**
 * One minute of a workload of `pods` pods. `extra` events per minute more, spread over the first `extraPods` pods.
 * Clumps and bursts fall into one pod each, all else is spread evenly.
 */
export function drawMinute(
  behaviour: Behaviour,
  level: number,
  pods: number,
  extra: number,
  extraPods: number,
  random: Random,
): Minute {
  const perPod = new Map<number, number>();
  let count = 0;
  const place = (events: number, among: number) => {
    const pod = Math.floor(random.next() * among);
    perPod.set(pod, (perPod.get(pod) ?? 0) + events);
    count += events;
  };
  const scatter = (mean: number, among: number) => {
    const { excess } = behaviour;
    const clumps = random.poisson(excess > 0 ? (mean * Math.log1p(excess)) / excess : mean);
    for (let i = 0; i < clumps; i++) place(excess > 0 ? random.clump(excess) : 1, among);
  };
  scatter(level, pods);
  if (extra > 0) scatter(extra, extraPods);
  if (behaviour.burst > 0 && random.next() < behaviour.burst) place(random.poisson(50), pods);
  let clipped = 0;
  for (const events of perPod.values()) clipped += Math.min(events, CLIP);
  return { count, clipped };
}

/** Next value of the hidden noise: correlation e^(-1/60) per minute, unit variance. */
export function nextNoise(z: number, random: Random): number {
  const correlation = Math.exp(-1 / 60);
  return correlation * z + Math.sqrt(1 - correlation ** 2) * random.normal();
}
