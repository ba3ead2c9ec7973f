/**
 * The model's numbers, to six digits. The expected values were computed once with an independent implementation of the
 * published formulas (Gamma-Poisson marginal likelihood, mixture lag prior, dose response); the inputs are given here in
 * full, so that any of them can be recomputed by hand.
 */
import { describe, expect, it } from "vitest";
import { lnByAge } from "../../../src/correlation/age-effect.ts";
import type { CohortSet, PodPresence } from "../../../src/correlation/cohorts.ts";
import { dispersion } from "../../../src/correlation/dispersion.ts";
import { EFFECTS } from "../../../src/correlation/effect-grid.ts";
import { lnEveryone } from "../../../src/correlation/everyone-effect.ts";
import { type Exposure, exposureOf, smooth, withLead } from "../../../src/correlation/exposure.ts";
import { lnFall } from "../../../src/correlation/fall-effect.ts";
import { priorsFrom, rolloutPrior } from "../../../src/correlation/history-priors.ts";
import { IMMEDIATE_LAG, lagDensity, lnLagByBucket, ROLLOUT_LAG, rolloutShownAfter } from "../../../src/correlation/lag-prior.ts";
import { lnBackground, lnLocality } from "../../../src/correlation/locality.ts";
import { logMeanExp, logSumExp } from "../../../src/correlation/log-sum-exp.ts";
import { FULL_MODEL } from "../../../src/correlation/model-options.ts";
import { namedCounts } from "../../../src/correlation/named-counts.ts";
import { lnOnePod } from "../../../src/correlation/pod-effect.ts";
import { lnMarginal, lnUnchanged, type SeriesModel, seriesModel } from "../../../src/correlation/series-model.ts";
import { lnVersion as lnVersions } from "../../../src/correlation/version-effect.ts";
import { type NamedSeries, workloadSeries } from "../../../src/correlation/workload-series.ts";

const DIGITS = 6;

/** One exposure shape of constant total, the whole window as support: the setting of the hand-computed values. */
function series(
  known: readonly (readonly number[])[],
  unknown: readonly number[],
  shares: readonly (readonly number[])[],
  spread: number,
  strayShare = 0,
): SeriesModel {
  const buckets = unknown.length;
  const share = Float64Array.from(shares.flat());
  const ones = new Float64Array(buckets).fill(1);
  const exposure: Exposure = { activations: shares.length, buckets, share, pods: share, totals: [ones, ones], constant: true };
  const window = { buckets, pre: Math.min(6, buckets), first: 0, starts: buckets };
  return seriesModel({ known, unknown }, exposure, window, { strayShare, shapes: "shared", dispersion: spread });
}

/** The only series of its workload. */
const lnVersion = (model: SeriesModel, activation: number) => lnVersions(workloadSeries([model]), activation)[0] ?? NONE;
const NONE = new Float64Array(0);
const zeros = (n: number) => new Array<number>(n).fill(0);
const above = (values: Float64Array, model: SeriesModel) => (s: number) => (values[s] ?? Number.NaN) - model.unchanged;

const SHARE_NEW = [0.001, 0.001, 0.001, 0.001, 0.001, 0.001, 0.2, 0.4, 0.6, 0.8];
const SHARES = [SHARE_NEW.map((value) => 1 - value), SHARE_NEW];
const OLD = [2, 1, 0, 1, 2, 1, 1, 1, 0, 0];
const NEW = [0, 0, 0, 0, 0, 0, 2, 4, 7, 9];
const rolling = (spread: number, stray = 0) => series([OLD, NEW], zeros(10), SHARES, spread, stray);

describe("effect sizes", () => {
  it("weighs 2x to 16x as exp(-|log2 r - 3| / 2), normalised", () => {
    const expected = [0.055403, 0.071139, 0.091344, 0.117288, 0.150601, 0.117288, 0.091344];
    expected.forEach((weight, j) => {
      expect(Math.exp(EFFECTS.lnWeight[j] ?? Number.NaN)).toBeCloseTo(weight, DIGITS);
    });
    expect(logSumExp(EFFECTS.lnWeight)).toBeCloseTo(0, 12);
  });
});

describe("lag prior", () => {
  it("has the densities of a rollout and of a policy edit", () => {
    const minutes = [-1.5, 0, 1, 2, 5, 10, 30, 60];
    const rollout = [0.248354, 0.153515, 0.111991, 0.082173, 0.034225, 0.010894, 0.002944, 0.001094];
    const policy = [0.477674, 0.226794, 0.138354, 0.084661, 0.020154, 0.002758, 0.000334, 0.000051];
    minutes.forEach((minute, i) => {
      expect(lagDensity(ROLLOUT_LAG, minute)).toBeCloseTo(rollout[i] ?? Number.NaN, DIGITS);
      expect(lagDensity(IMMEDIATE_LAG, minute)).toBeCloseTo(policy[i] ?? Number.NaN, DIGITS);
    });
  });

  it("is zero before the anticipation that clock errors allow", () => {
    expect(lagDensity(ROLLOUT_LAG, -1.51)).toBe(0);
  });

  it("knows how much of the effects has shown itself", () => {
    const shown = [10, 30, 120, 1440].map((minutes) => rolloutShownAfter(minutes));
    [0.784233, 0.883121, 0.968144, 1].forEach((expected, i) => {
      expect(shown[i]).toBeCloseTo(expected, DIGITS);
    });
  });
});

describe("one series", () => {
  it("integrates the base rate out", () => {
    const core = (events: number, mass: number, spread: number) => lnMarginal(series([], [events], [[1]], spread), mass);
    expect(core(12, 10, 1)).toBeCloseTo(-11.576782, DIGITS);
    expect(core(12, 10, 2)).toBeCloseTo(-6.337239, DIGITS);
    expect(core(0, 10, 1)).toBeCloseTo(-1.522261, DIGITS);
  });

  it("smooths over time and estimates the dispersion", () => {
    expect([...smooth([0, 0, 4, 4, 8, 8])]).toEqual([0, 1, 3, 5, 7, 8]);
    expect(dispersion([2, 1, 0, 1, 2, 1], 6)).toBeCloseTo(1.631868, DIGITS);
    expect(dispersion([0, 9, 0, 0, 12, 0], 6)).toBeCloseTo(3.203297, DIGITS);
  });

  it("tells new pods from all pods during a rolling update", () => {
    const model = rolling(2);
    const version = above(lnVersion(model, 1), model);
    const everyone = above(lnEveryone(model), model);
    expect(model.unchanged).toBeCloseTo(-6.900178, DIGITS);
    [8.992565, 8.997373, 8.904787, 7.62638, 5.319426].forEach((expected, i) => {
      expect(version(4 + i)).toBeCloseTo(expected, DIGITS);
    });
    [2.966283, 3.574165, 4.700561, 4.492326, 3.268517].forEach((expected, i) => {
      expect(everyone(4 + i)).toBeCloseTo(expected, DIGITS);
    });
    const poisson = rolling(1);
    expect(poisson.unchanged).toBeCloseTo(-11.825144, DIGITS);
    expect(above(lnVersion(poisson, 1), poisson)(6)).toBeCloseTo(17.934527, DIGITS);
    expect(above(lnEveryone(poisson), poisson)(6)).toBeCloseTo(9.468378, DIGITS);
  });

  it("still finds the dose when no event carries a version", () => {
    const model = series(
      [zeros(10), zeros(10)],
      OLD.map((old, b) => old + (NEW[b] ?? 0)),
      SHARES,
      2,
    );
    const version = above(lnVersion(model, 1), model)(6);
    expect(version).toBeCloseTo(5.04744, DIGITS);
    expect(version - above(lnEveryone(model), model)(6)).toBeCloseTo(0.346879, DIGITS);
  });

  it("weighs nothing, unexplained and rollout against each other", () => {
    const model = rolling(2);
    const lag = lnLagByBucket(ROLLOUT_LAG, 6, 4, 5);
    const everyone = above(lnEveryone(model), model);
    const version = above(lnVersion(model, 1), model);
    const starts = [4, 5, 6, 7, 8];
    const unexplained = logSumExp(starts.map((s) => Math.log(5e-5) + everyone(s)));
    const rollout = logSumExp(starts.map((s, i) => Math.log(0.05) + (lag[i] ?? 0) + version(s)));
    expect(unexplained).toBeCloseTo(-4.26622, DIGITS);
    expect(rollout).toBeCloseTo(5.444382, DIGITS);
    const posterior = (temperature: number) => {
      const scaled = [0, unexplained, rollout].map((weight) => weight / temperature);
      return scaled.map((weight) => Math.exp(weight - logSumExp(scaled)));
    };
    [0.061229, 0.007254, 0.931517].forEach((expected, i) => {
      expect(posterior(2)[i]).toBeCloseTo(expected, DIGITS);
    });
    [0.004302, 0.00006, 0.995638].forEach((expected, i) => {
      expect(posterior(1)[i]).toBeCloseTo(expected, DIGITS);
    });
  });

  it("compares a scale-up with an unexplained rise", () => {
    const known = [[5, 4, 6, 5, 5, 5, 19, 21, 20, 20]];
    const replicas = [5, 5, 5, 5, 5, 5, 20, 20, 20, 20];
    const ones = new Float64Array(10).fill(1);
    const perReplica = Float64Array.from(replicas, (pods) => pods / 5);
    const exposure: Exposure = {
      activations: 1,
      buckets: 10,
      share: ones,
      pods: ones,
      totals: [ones, perReplica],
      constant: false,
    };
    const window = { buckets: 10, pre: 6, first: 0, starts: 10 };
    const model = (shapes: "both" | "shared") =>
      seriesModel({ known, unknown: zeros(10) }, exposure, window, { strayShare: 0, shapes, dispersion: 2 });
    const both = model("both");
    const nothing = lnUnchanged(both, 0);
    expect(nothing).toBeCloseTo(70.789049, DIGITS);
    expect(lnUnchanged(both, 1) - nothing).toBeCloseTo(14.515033, DIGITS);
    expect((lnEveryone(model("shared"))[6] ?? 0) - nothing).toBeCloseTo(12.543272, DIGITS);
    expect((lnEveryone(both)[6] ?? 0) - nothing).toBeCloseTo(11.95728, DIGITS);
  });

  it("takes replicas ahead of the counts and keeps the last known number", () => {
    const exposure = exposureOf([{ digest: "d", pods: [1, 1, 1, 1, 1, 1, 3, 3, 3] }], 9, 5);
    const led = withLead(exposure, 2, 4);
    // Smoothed replicas 1 1 1 1 1 1.5 2.5 3 3, two buckets ahead, divided by the mean of the first four: (1+1+1+1.5)/4.
    [1, 1, 1, 1.5, 2.5, 3, 3, 3, 3].forEach((pods, b) => {
      expect(led.totals[1][b]).toBeCloseTo(pods / 1.125, DIGITS);
    });
  });

  it("recognises a fall", () => {
    const model = series([[10, 9, 11, 10, 10, 10, 1, 1, 1, 1]], zeros(10), [new Array<number>(10).fill(1)], 2);
    expect(above(lnFall(model), model)(6)).toBeCloseTo(6.65629, DIGITS);
  });
});

describe("other series", () => {
  it("speaks for and against a common cause", () => {
    const evidence = (rise: number, reach: number) => {
      const changed = Float64Array.of(rise, rise, rise);
      return lnLocality(0, changed, reach, lnBackground(0, changed))[1] ?? Number.NaN;
    };
    const expected: readonly (readonly [number, readonly number[]])[] = [
      [0.6, [-0.892427, 0, 3.395251]],
      [0.8, [-1.57942, 0, 3.682881]],
      [0.7, [-1.178054, 0, 3.549372]],
      [0.3, [-0.335461, 0, 2.702309]],
      [0.1, [-0.084933, 0, 1.604519]],
    ];
    for (const [reach, values] of expected) {
      [-6, 0, 9].forEach((rise, i) => {
        expect(evidence(rise, reach)).toBeCloseTo(values[i] ?? Number.NaN, DIGITS);
      });
    }
  });
});

describe("stray labels", () => {
  it("softens the dose a little during a rollout", () => {
    const model = rolling(2, 0.02);
    expect(model.unchanged).toBeCloseTo(-6.946782, DIGITS);
    expect(above(lnVersion(model, 1), model)(6)).toBeCloseTo(8.854786, DIGITS);
    expect(above(lnEveryone(model), model)(6)).toBeCloseTo(4.700561, DIGITS);
  });

  it("does not hold stray events against a finished rollout", () => {
    const share = [0.001, 0.001, 0.001, 0.001, 0.001, 0.001, 0.4, 0.8, 0.999, 0.999];
    const old = [2, 1, 0, 1, 2, 1, 1, 1, 1, 2];
    const fresh = [0, 0, 0, 0, 0, 0, 2, 4, 7, 9];
    const finished = (stray: number) => series([old, fresh], zeros(10), [share.map((value) => 1 - value), share], 2, stray);
    const strict = finished(0);
    expect(above(lnVersion(strict, 1), strict)(6)).toBeCloseTo(3.310696, DIGITS);
    expect(above(lnEveryone(strict), strict)(6)).toBeCloseTo(5.993224, DIGITS);
    const lenient = finished(0.02);
    expect(above(lnVersion(lenient, 1), lenient)(6)).toBeCloseTo(5.997158, DIGITS);
    expect(above(lnEveryone(lenient), lenient)(6)).toBeCloseTo(5.993224, DIGITS);
  });
});

/** Cohorts of equal, constant share; pod i is cohort i. */
function cohorts(delays: readonly number[], buckets: number): CohortSet {
  const pods = delays.map(
    (delay, index): PodPresence => ({
      index,
      pod: { name: `pod-${index}`, activation: 0 },
      start: delay,
      presence: new Float64Array(buckets).fill(1),
      live: true,
      cohort: index,
    }),
  );
  const share = new Float64Array(delays.length * buckets).fill(1 / delays.length);
  return { pods, size: delays.length, delay: Float64Array.from(delays), share };
}

function podSeries(byPod: readonly (readonly number[])[], set: CohortSet) {
  const buckets = byPod[0]?.length ?? 0;
  const total = Array.from({ length: buckets }, (_, b) => byPod.reduce((sum, row) => sum + (row[b] ?? 0), 0));
  const model = series([total], zeros(buckets), [new Array<number>(buckets).fill(1)], 2);
  const events = byPod.flatMap((row, pod) => row.map((count, bucket) => ({ pod, bucket, count })));
  return { model, named: namedCounts(model, events, [set]) };
}

const lnAged = ({ model, named }: ReturnType<typeof podSeries>, set: CohortSet) => {
  const series: NamedSeries = { ...workloadSeries([model]), named: [named] };
  return lnByAge(series, set, 0)[0] ?? NONE;
};

describe("pods", () => {
  const BY_AGE = [
    [0, 0, 1, 0, 2, 3, 2, 3, 2, 3, 2, 3],
    [0, 1, 0, 0, 0, 0, 0, 2, 3, 2, 3, 2],
    [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 3],
  ];
  const set = cohorts([0, 3, 6], 12);

  it("recognises pods that begin one after the other", () => {
    const aged = podSeries(BY_AGE, set);
    const byAge = above(lnAged(aged, set), aged.model);
    const byClock = above(lnVersion(aged.model, 0), aged.model);
    [9.798981, 11.268234, 7.131042].forEach((expected, i) => {
      expect(byAge(3 + i)).toBeCloseTo(expected, DIGITS);
    });
    [3.534622, 4.219718, 4.156622].forEach((expected, i) => {
      expect(byClock(3 + i)).toBeCloseTo(expected, DIGITS);
    });
  });

  it("prefers one moment when all pods begin together", () => {
    const even = Array.from({ length: 3 }, () => Array.from({ length: 12 }, (_, b) => (b >= 4 ? 37 / 24 : 0)));
    const together = podSeries(even, set);
    expect(above(lnAged(together, set), together.model)(4)).toBeCloseTo(0.342056, DIGITS);
    expect(above(lnVersion(together.model, 0), together.model)(4)).toBeCloseTo(6.325221, DIGITS);
  });

  it("uses the versions alone where no event names a pod", () => {
    const { model } = podSeries(BY_AGE, set);
    const anonymous = { model, named: namedCounts(model, [], [set]) };
    const byAge = lnAged(anonymous, set)[4] ?? 0;
    expect(byAge - (lnVersion(model, 0)[4] ?? 0)).toBeCloseTo(1.285584, DIGITS);
  });

  it("equals the version effect when all cohorts start together", () => {
    const flat = cohorts([0, 0, 0], 12);
    const aged = podSeries(BY_AGE, flat);
    const byAge = lnAged(aged, flat);
    lnVersion(aged.model, 0).forEach((value, s) => {
      expect(byAge[s]).toBeCloseTo(value, 9);
    });
  });

  it("finds the one pod", () => {
    const four = cohorts([0, 0, 0, 0], 10);
    const { model, named } = podSeries(
      [
        [0, 1, 0, 0, 0, 0, 3, 5, 6, 5],
        [1, 0, 0, 0, 1, 0, 0, 0, 1, 0],
        [0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
        [0, 0, 1, 0, 0, 0, 0, 1, 0, 0],
      ],
      four,
    );
    const quarter = new Float64Array(10).fill(0.25);
    const single = four.pods.map((pod) => above(lnOnePod(model, named, pod, quarter), model)(6));
    [13.950078, -2.775023, -3.263419, -2.775023].forEach((expected, i) => {
      expect(single[i]).toBeCloseTo(expected, DIGITS);
    });
    expect(above(lnEveryone(model), model)(6)).toBeCloseTo(4.529195, DIGITS);
  });
});

describe("history", () => {
  const defaults = FULL_MODEL.priors;
  const change = { id: "r", kind: "rollout", at: 0, digest: "sha256:a" } as const;

  it("learns the chances from past changes and spikes", () => {
    const learn = (hits: number, changes: number) =>
      priorsFrom({ rollouts: { hits, changes }, configs: { hits, changes }, edits: { p: { hits, changes } } }, "p", defaults);
    expect([learn(0, 0).rollout, learn(0, 40).rollout, learn(3, 10).rollout]).toEqual([0.05, 1 / 60, 4 / 30]);
    [0.02, 0.015385, 0.053846].forEach((expected, i) => {
      expect([learn(0, 0), learn(0, 6), learn(1, 6)][i]?.config).toBeCloseTo(expected, DIGITS);
    });
    [0.1, 0.08, 0.16].forEach((expected, i) => {
      expect([learn(0, 0), learn(0, 5), learn(2, 5)][i]?.policy).toBeCloseTo(expected, DIGITS);
    });
    [2.5e-5, 4.980159e-5, 1.490079e-4].forEach((expected, i) => {
      const spikes = { count: [0, 1, 5][i] ?? 0, minutes: 20_160 };
      expect(priorsFrom({ spikes }, "p", defaults).unexplained).toBeCloseTo(expected, 10);
    });
  });

  it("clears a digest that ran quietly, and not one that was loud", () => {
    const elsewhere = (minutes: number, outcome: "quiet" | "loud") => ({ ...change, elsewhere: { minutes, outcome } });
    const here = (minutes: number, outcome: "quiet" | "loud") => ({ ...change, here: { minutes, outcome } });
    [0.451037, 0.381815, 0.322299, 0.3].forEach((expected, i) => {
      expect(rolloutPrior(elsewhere([10, 30, 120, 1440][i] ?? 0, "quiet"), [], 1)).toBeCloseTo(expected, DIGITS);
    });
    [0.205191, 0.12867, 0.1].forEach((expected, i) => {
      expect(rolloutPrior(here([30, 120, 1440][i] ?? 0, "quiet"), [], 1)).toBeCloseTo(expected, DIGITS);
    });
    expect(rolloutPrior(here(30, "loud"), [], 0.05)).toBe(0.5);
  });
});

describe("logarithms of sums", () => {
  it("do not overflow", () => {
    expect(logSumExp([1000, 1000])).toBeCloseTo(1000 + Math.LN2, 9);
    expect(logMeanExp([-1000, -1000])).toBeCloseTo(-1000, 9);
    expect(logSumExp([])).toBe(Number.NEGATIVE_INFINITY);
  });
});
