/**
 * What is used today, on the same minute counts. Each gives a statistic per minute; an alarm is a minute above its
 * threshold. Thresholds are those that are shipped, or usual where nothing is.
 */
import { median } from "simple-statistics";
import { logLikelihoodRatio } from "../../detectors/math/log-likelihood-ratio.ts";
import { lnCountTail } from "../../detectors/math/negative-binomial-tail.ts";
import { each, sums } from "./window-sums.ts";

const DAY = 1440;

export interface Competitor {
  readonly name: string;
  /** Thresholds as shipped; the statistic must exceed them. */
  readonly shipped: readonly number[];
  /** Statistics of the minutes from..counts.length - 1. Needs a week before `from`. */
  score(counts: ArrayLike<number>, from: number): Float64Array;
}

/** The newest window against the one before it, as ElastAlert's `spike` rule does with `spike_height`. */
function windowRatio(name: string, window: number): Competitor {
  return {
    name,
    shipped: [10, 3],
    score: (counts, from) => {
      const sum = sums(counts);
      return each(counts, from, (i) => {
        const reference = sum(i + 1 - 2 * window, i + 1 - window);
        return reference > 0 ? sum(i + 1 - window, i + 1) / reference : 0;
      });
    },
  };
}

const prometheusRule: Competitor = {
  name: "rate[5m] / rate[1h] offset 5m (Prometheus rule)",
  shipped: [10],
  score: (counts, from) => {
    const sum = sums(counts);
    return each(counts, from, (i) => {
      const before = sum(i - 64, i - 4) / 12;
      return before > 0 ? sum(i - 4, i + 1) / before : 0;
    });
  },
};

const dayMultiplier: Competitor = {
  name: "5 min as a multiple of the past day",
  shipped: [10],
  score: (counts, from) => {
    const sum = sums(counts);
    return each(counts, from, (i) => {
      const mean = (5 * sum(i - 4 - DAY, i - 4)) / DAY;
      return mean > 0 ? sum(i - 4, i + 1) / mean : 0;
    });
  },
};

/** Five minutes against mean and deviation of the five-minute sums of the past day. */
const threeSigma: Competitor = {
  name: "three sigma: z-score of 5 min in the past day",
  shipped: [3],
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

/** Minus the logarithm of the chance of as many events in five minutes, were they Poisson at the rate of the past day. */
const poissonLimit: Competitor = {
  name: "Poisson limit of 5 min, 1 in 1000 (-ln p)",
  shipped: [Math.log(1000)],
  score: (counts, from) => {
    const sum = sums(counts);
    return each(counts, from, (i) => {
      const count = sum(i - 4, i + 1);
      const mean = (5 * sum(i - 4 - DAY, i - 4)) / DAY;
      return count > mean && mean > 0 ? -lnCountTail(count, mean, 0) : 0;
    });
  },
};

const medianDeviation: Competitor = {
  name: "median/MAD of 5 min in the past day",
  shipped: [3.5],
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

/** Mean and variance of the minutes of the past day. */
function pastDay(counts: ArrayLike<number>) {
  const first = sums(counts);
  const second = sums(Array.from(counts, (count) => count ** 2));
  return (i: number) => {
    const mean = first(i - DAY, i) / DAY;
    return { mean, variance: second(i - DAY, i) / DAY - mean ** 2 };
  };
}

function movingAverage(name: string, variance: "estimated" | "poisson"): Competitor {
  return {
    name,
    shipped: [3],
    score: (counts, from) => {
      const past = pastDay(counts);
      let average = past(from).mean;
      return each(counts, from, (i) => {
        const day = past(i);
        const spread = variance === "poisson" ? day.mean : day.variance;
        average = 0.2 * (counts[i] ?? 0) + 0.8 * average;
        return spread > 0 ? (average - day.mean) / Math.sqrt((spread * 0.2) / 1.8) : 0;
      });
    },
  };
}

/** Tabular CUSUM of the standardised minutes with the textbook's allowance of half a deviation (Montgomery). */
const cusum: Competitor = {
  name: "CUSUM, k = 0.5, of standardised minutes",
  shipped: [5],
  score: (counts, from) => {
    const past = pastDay(counts);
    let sum = 0;
    return each(counts, from, (i) => {
      const { mean, variance } = past(i);
      if (variance > 0) sum = Math.max(0, sum + ((counts[i] ?? 0) - mean) / Math.sqrt(variance) - 0.5);
      return sum;
    });
  },
};

/** EARS C1 and C2 (Hutwagner et al. 2003): mean and deviation of seven five-minute sums, `gap` of them left out. */
function earsStatistic(counts: ArrayLike<number>, gap: number): (minute: number) => number {
  const sum = sums(counts);
  return (i) => {
    let first = 0;
    let second = 0;
    for (let k = 1 + gap; k <= 7 + gap; k++) {
      const past = sum(i - 4 - 5 * k, i + 1 - 5 * k);
      first += past;
      second += past ** 2;
    }
    const variance = (second - first ** 2 / 7) / 6;
    return variance > 1e-9 ? (sum(i - 4, i + 1) - first / 7) / Math.sqrt(variance) : 0;
  };
}

const earsC1: Competitor = {
  name: "EARS C1, 5 min",
  shipped: [3],
  score: (counts, from) => each(counts, from, earsStatistic(counts, 0)),
};

const earsC2: Competitor = {
  name: "EARS C2, 5 min",
  shipped: [3],
  score: (counts, from) => each(counts, from, earsStatistic(counts, 2)),
};

const earsC3: Competitor = {
  name: "EARS C3, 5 min",
  shipped: [2],
  score: (counts, from) => {
    const start = from - 10;
    const second = each(counts, start, earsStatistic(counts, 2));
    const part = (i: number) => Math.max(0, (second[i - start] ?? 0) - 1);
    return each(counts, from, (i) => part(i) + part(i - 5) + part(i - 10));
  },
};

/** Five-minute windows either side of the same time of day. */
const SIDE = 12;
const DAYS = 7;

/**
 * After Farrington et al. 1996: same time of day, an hour either side, of the past week; residual of the 2/3 power with
 * quasi-Poisson dispersion.
 */
const farrington: Competitor = {
  name: "Farrington-like: same hour of 7 days",
  shipped: [2.58],
  score: (counts, from) => {
    const sum = sums(counts);
    // Sums of every fifth five-minute window up to a minute, so that a row of windows is one difference.
    const first = new Float64Array(counts.length + 5 * SIDE + 6);
    const second = new Float64Array(first.length);
    for (let i = 5; i < first.length; i++) {
      const five = i <= counts.length ? sum(i - 5, i) : 0;
      first[i] = (first[i - 5] ?? 0) + five;
      second[i] = (second[i - 5] ?? 0) + five ** 2;
    }
    return each(counts, from, (i) => {
      let total = 0;
      let squares = 0;
      let windows = 0;
      for (let day = 1; day <= DAYS; day++) {
        const centre = i + 1 - day * DAY;
        if (centre - 5 * SIDE - 5 < 0) break;
        total += (first[centre + 5 * SIDE] ?? 0) - (first[centre - 5 * SIDE - 5] ?? 0);
        squares += (second[centre + 5 * SIDE] ?? 0) - (second[centre - 5 * SIDE - 5] ?? 0);
        windows += 2 * SIDE + 1;
      }
      const mean = total / Math.max(1, windows);
      if (mean <= 0) return 0;
      const dispersion = Math.max(1, (squares - windows * mean ** 2) / (mean * (windows - 1)));
      const spread = (2 / 3) * mean ** (1 / 6) * Math.sqrt(dispersion * (1 + 1 / windows));
      return (sum(i - 4, i + 1) ** (2 / 3) - mean ** (2 / 3)) / spread;
    });
  },
};

/** Largest Poisson log-likelihood ratio over starts within four hours, against the mean of the past day. */
const poissonScan: Competitor = {
  name: "Poisson-FOCuS: all starts within 4 h",
  shipped: [14],
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
  windowRatio("window ratio 5 min (ElastAlert spike)", 5),
  windowRatio("window ratio 1 h (ElastAlert spike)", 60),
  prometheusRule,
  dayMultiplier,
  threeSigma,
  poissonLimit,
  medianDeviation,
  movingAverage("EWMA 0.2, estimated variance", "estimated"),
  movingAverage("EWMA 0.2, Poisson variance", "poisson"),
  cusum,
  earsC1,
  earsC2,
  earsC3,
  farrington,
  poissonScan,
];
