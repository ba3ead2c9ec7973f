/** One simulated series: some weeks of normal life by minute, and copies with something injected. */
import { INJECTIONS } from "./anomalies.ts";
import { DAY, drawMinute, nextNoise, type SeriesClass, WEEK } from "./classes.ts";
import { seeded, subSeed } from "./random.ts";

/** Days of life before the week in which false alarms are counted. */
const LEARNING_DAYS = 7;

/** Events by minute, and the same with at most three of a pod in a minute. */
export interface Minutes {
  readonly counts: Uint32Array;
  readonly clipped: Uint32Array;
}

export interface SimulatedSeries extends Minutes {
  readonly rate: number;
  /** First minute of the week in which false alarms are counted. */
  readonly testStart: number;
  /** First minutes of the injected copies. */
  readonly starts: Readonly<Record<"test" | "young", number>>;
  /** What the copy of an injection goes on with from its start. */
  readonly copies: Readonly<Record<string, Minutes>>;
}

export function simulateSeries(series: SeriesClass, seed: number, index: number, learningDays = LEARNING_DAYS): SimulatedSeries {
  const testStart = learningDays * DAY;
  const rate = series.rates[index % series.rates.length] ?? 1;
  const behaviour = series.behaviour(rate, index);
  const random = seeded(subSeed(seed, index, 1));
  const pods = 3 + Math.floor(random.next() * 18);
  const starts = { test: testStart + Math.floor(random.next() * 2 * DAY), young: DAY + Math.floor(random.next() * 2 * DAY) };
  const minutes = emptyMinutes(testStart + WEEK);
  let z = random.normal();
  for (let minute = 0; minute < minutes.counts.length; minute++) {
    if (behaviour.noise) z = nextNoise(z, random);
    const drawn = drawMinute(behaviour, behaviour.level(minute, z), pods, 0, pods, random);
    minutes.counts[minute] = drawn.count;
    minutes.clipped[minute] = drawn.clipped;
  }
  const copies: Record<string, Minutes> = {};
  INJECTIONS.forEach((injection, i) => {
    const own = seeded(subSeed(seed, index, 2, i));
    const start = starts[injection.when];
    const copy = emptyMinutes(injection.lookFor);
    let noise = own.normal();
    for (let minute = 0; minute < injection.lookFor; minute++) {
      if (behaviour.noise) noise = nextNoise(noise, own);
      const level = behaviour.level(start + minute, noise);
      const extra = level * (injection.factor(minute) - 1);
      const drawn = drawMinute(behaviour, level, pods, extra, injection.pods === "one" ? 1 : pods, own);
      copy.counts[minute] = drawn.count;
      copy.clipped[minute] = drawn.clipped;
    }
    copies[injection.name] = copy;
  });
  return { ...minutes, rate, testStart, starts, copies };
}

function emptyMinutes(length: number): Minutes {
  return { counts: new Uint32Array(length), clipped: new Uint32Array(length) };
}
