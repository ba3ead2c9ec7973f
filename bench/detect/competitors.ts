/**
 * What is used today, on the same minute counts. Each gives a statistic per minute; an alarm is a minute above its
 * threshold. Thresholds are those shipped or usual.
 */
import { median } from "simple-statistics";
import { logLikelihoodRatio } from "../../detectors/math/log-likelihood-ratio.ts";

const DAY = 1440;

export interface Competitor {
  readonly name: string;
  readonly threshold: number;
  /** Statistics of the minutes from..counts.length - 1. */
  score(counts: ArrayLike<number>, from: number): Float64Array;
}

function sums(counts: ArrayLike<number>): (from: number, to: number) => number {
  const prefix = new Float64Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) prefix[i + 1] = (prefix[i] ?? 0) + (counts[i] ?? 0);
  return (from, to) => (prefix[to] ?? 0) - (prefix[Math.max(0, from)] ?? 0);
}

function each(counts: ArrayLike<number>, from: number, statistic: (minute: number) => number): Float64Array {
  const out = new Float64Array(counts.length - from);
  for (let i = from; i < counts.length; i++) out[i - from] = statistic(i);
  return out;
}

function windowRatio(name: string, window: number, threshold: number): Competitor {
  return {
    name,
    threshold,
    score: (counts, from) => {
      const sum = sums(counts);
      return each(counts, from, (i) => {
        const reference = sum(i + 1 - 2 * window, i + 1 - window);
        return reference > 0 ? sum(i + 1 - window, i + 1) / reference : 0;
      });
    },
  };
}

const prometheus: Competitor = {
  name: "rate[5m] > 10 x rate[1h] offset 5m",
  threshold: 10,
  score: (counts, from) => {
    const sum = sums(counts);
    return each(counts, from, (i) => {
      const before = sum(i - 64, i - 4) / 12;
      return before > 0 ? sum(i - 4, i + 1) / before : 0;
    });
  },
};

/** Five-minute sums of the past day, and their mean and deviation. */
const zScore: Competitor = {
  name: "z-score of 5 min against 1 day > 3",
  threshold: 3,
  score: (counts, from) => {
    const sum = sums(counts);
    const fives = Float64Array.from({ length: counts.length + 1 }, (_, i) => sum(i - 5, i));
    const first = sums(fives);
    const second = sums(fives.map((value) => value ** 2));
    return each(counts, from, (i) => {
      const mean = first(i - 4 - DAY, i - 4) / DAY;
      const variance = second(i - 4 - DAY, i - 4) / DAY - mean ** 2;
      return variance > 0 ? ((fives[i + 1] ?? 0) - mean) / Math.sqrt(variance) : 0;
    });
  },
};

const medianDeviation: Competitor = {
  name: "median/MAD of 5 min > 3.5",
  threshold: 3.5,
  score: (counts, from) => {
    const sum = sums(counts);
    let centre = 0;
    let scale = 1;
    return each(counts, from, (i) => {
      if ((i - from) % 60 === 0) {
        const past = Array.from({ length: DAY / 5 }, (_, k) => sum(i - 5 * (k + 1), i - 5 * k));
        centre = median(past);
        scale = Math.max(1, 1.4826 * median(past.map((value) => Math.abs(value - centre))));
      }
      return (sum(i - 4, i + 1) - centre) / scale;
    });
  },
};

const ewmaThree: Competitor = {
  name: "EWMA .2, L = 3",
  threshold: 3,
  score: (counts, from) => {
    const first = sums(counts);
    const second = sums(Array.from(counts, (count) => count ** 2));
    let average = first(from - DAY, from) / DAY;
    return each(counts, from, (i) => {
      const mean = first(i - DAY, i) / DAY;
      const variance = second(i - DAY, i) / DAY - mean ** 2;
      average = 0.2 * (counts[i] ?? 0) + 0.8 * average;
      return variance > 0 ? (average - mean) / Math.sqrt((variance * 0.2) / 1.8) : 0;
    });
  },
};

/** EARS C2: mean and deviation of seven five-minute sums, two left out. */
const ears: Competitor = {
  name: "EARS C2 (5 min) > 3",
  threshold: 3,
  score: (counts, from) => {
    const sum = sums(counts);
    return each(counts, from, (i) => {
      const past = Array.from({ length: 7 }, (_, k) => sum(i - 19 - 5 * k, i - 14 - 5 * k));
      const mean = past.reduce((total, value) => total + value, 0) / 7;
      const deviation = Math.sqrt(past.reduce((total, value) => total + (value - mean) ** 2, 0) / 6);
      return deviation > 0 ? (sum(i - 4, i + 1) - mean) / deviation : 0;
    });
  },
};

/** Same time of day, an hour either side, of the past week; 2/3-power residual with quasi-Poisson dispersion. */
const farrington: Competitor = {
  name: "Farrington-like > 2.58",
  threshold: 2.58,
  score: (counts, from) => {
    const sum = sums(counts);
    return each(counts, from, (i) => {
      const past: number[] = [];
      for (let day = 1; day <= 7; day++) {
        for (let k = -12; k <= 12; k++) {
          const end = i + 1 - day * DAY + 5 * k;
          if (end >= 5) past.push(sum(end - 5, end));
        }
      }
      const mean = past.reduce((total, value) => total + value, 0) / Math.max(1, past.length);
      if (mean <= 0) return 0;
      const dispersion = Math.max(
        1,
        past.reduce((total, value) => total + (value - mean) ** 2, 0) / (mean * Math.max(1, past.length - 1)),
      );
      const spread = (2 / 3) * mean ** (1 / 6) * Math.sqrt(dispersion * (1 + 1 / past.length));
      return (sum(i - 4, i + 1) ** (2 / 3) - mean ** (2 / 3)) / spread;
    });
  },
};

/** Largest Poisson log-likelihood ratio over starts within four hours, against the mean of the past day. */
const poissonScan: Competitor = {
  name: "Poisson scan (FOCuS) > 14",
  threshold: 14,
  score: (counts, from) => {
    const sum = sums(counts);
    return each(counts, from, (i) => {
      if ((counts[i] ?? 0) === 0) return 0;
      let best = 0;
      const rate = Math.max(1e-3, sum(i - DAY, i) / Math.min(DAY, i));
      for (let length = 1; length <= 240; length = Math.ceil(length * 1.2)) {
        best = Math.max(best, logLikelihoodRatio(sum(i + 1 - length, i + 1), length * rate, 0));
      }
      return best;
    });
  },
};

export const COMPETITORS: readonly Competitor[] = [
  windowRatio("window ratio 5 min, height 10", 5, 10),
  windowRatio("window ratio 5 min, height 3", 5, 3),
  windowRatio("window ratio 1 h, height 10", 60, 10),
  windowRatio("window ratio 1 h, height 3", 60, 3),
  prometheus,
  zScore,
  ewmaThree,
  medianDeviation,
  ears,
  farrington,
  poissonScan,
];

/** Largest statistic per hour; an alarm is an hour above the threshold after one below. */
export function hourlyMaxima(statistics: Float64Array): readonly number[] {
  const hours: number[] = [];
  statistics.forEach((value, i) => {
    const hour = Math.floor(i / 60);
    hours[hour] = Math.max(hours[hour] ?? 0, value);
  });
  return hours;
}

export function alarmsAt(hours: readonly number[], threshold: number): number {
  return hours.filter((value, i) => value > threshold && (hours[i - 1] ?? 0) <= threshold).length;
}
