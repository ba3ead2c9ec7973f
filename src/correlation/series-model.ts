/**
 * The likelihood of one series (policy, workload): Poisson counts with an unknown base rate that is integrated out
 * (Gamma-Poisson), the data tempered by the dispersion. A hypothesis is only a field of multipliers over versions and
 * buckets. Factorials and everything that no hypothesis changes cancel; what does not depend on the hypothesis is
 * computed here once.
 */
import { gammaln } from "simple-statistics";
import { dispersion } from "./dispersion.ts";
import type { Counts } from "./episode.ts";
import type { Exposure } from "./exposure.ts";
import { logAddExp } from "./log-sum-exp.ts";
import { GAMMA_RATE, GAMMA_SHAPE } from "./model-options.ts";
import { zeros } from "./room.ts";
import type { Window } from "./window.ts";

/** Which exposure shapes are averaged: both, or traffic shared only. */
export type Shapes = "both" | "shared";

export interface SeriesModel {
  readonly window: Window;
  readonly exposure: Exposure;
  readonly shapes: Shapes;
  readonly dispersion: number;
  /** Known counts at [a * buckets + b]. */
  readonly known: Float64Array;
  readonly unknown: Float64Array;
  /** All counts by bucket, and their sum. */
  readonly total: Float64Array;
  readonly events: number;
  /** Share of each activation as labels show it, at [a * buckets + b]: the exposure share mixed with stray labels. */
  readonly labelled: Float64Array;
  /** Share of labelled events that carry a wrong version; 0 with a single activation. */
  readonly stray: number;
  /** ln of the data part without any effect, per shape. */
  readonly base: readonly [number, number];
  /** Sum of the exposure over all buckets, per shape. */
  readonly mass: readonly [number, number];
  /** Shape of the posterior Gamma, and the part of the marginal likelihood that no hypothesis changes. */
  readonly gammaShape: number;
  readonly constant: number;
  /** ln likelihood of "nothing changes", averaged over the shapes. */
  readonly unchanged: number;
}

export interface SeriesOptions {
  /** Share of labelled events taken to carry a wrong version, 0..1. */
  readonly strayShare: number;
  /** Default: both, or one where they are the same. */
  readonly shapes?: Shapes;
  /** Default: estimated from the pre-period. */
  readonly dispersion?: number;
}

export function seriesModel(counts: Counts, exposure: Exposure, window: Window, options: SeriesOptions): SeriesModel {
  const shapes = options.shapes ?? (exposure.constant ? "shared" : "both");
  const { activations, buckets, share } = exposure;
  const known = zeros(activations * buckets);
  const unknown = zeros(buckets);
  const total = zeros(buckets);
  let events = 0;
  for (let b = 0; b < buckets; b++) {
    let sum = count(counts.unknown[b]);
    unknown[b] = sum;
    for (let a = 0; a < activations; a++) {
      const value = count(counts.known[a]?.[b]);
      known[a * buckets + b] = value;
      sum += value;
    }
    total[b] = sum;
    events += sum;
  }
  const stray = activations >= 2 ? options.strayShare : 0;
  const labelled = stray > 0 ? withStrays(share, stray, activations) : share;
  const spread = options.dispersion ?? dispersion(total, window.pre);
  const labels = activations > 1 ? labelPart(known, labelled) : 0;
  const [shared, perReplica] = exposure.totals;
  // Where traffic is shared every bucket has the level 1.
  const base: [number, number] = [labels / spread, (labels + (exposure.constant ? 0 : levelPart(total, perReplica))) / spread];
  const mass: [number, number] = [sumOf(shared), sumOf(perReplica)];
  const gammaShape = GAMMA_SHAPE + events / spread;
  const constant = gammaln(gammaShape) + LN_GAMMA_PRIOR;
  const model: { -readonly [key in keyof SeriesModel]: SeriesModel[key] } = {
    window,
    exposure,
    shapes,
    dispersion: spread,
    known,
    unknown,
    total,
    events,
    labelled,
    stray,
    base,
    mass,
    gammaShape,
    constant,
    unchanged: 0,
  };
  const still = lnUnchanged(model, 0);
  model.unchanged = shapes === "shared" ? still : logAddExp(still, lnUnchanged(model, 1)) - Math.LN2;
  return model;
}

/** ln likelihood of "nothing changes" under one exposure shape (0: traffic shared, 1: per replica). */
export function lnUnchanged(model: SeriesModel, shape: 0 | 1): number {
  return model.base[shape] + lnMarginal(model, model.mass[shape]);
}

/** The base rate integrated out, at an expected mass (sum of exposure times multiplier). */
export function lnMarginal(model: SeriesModel, mass: number): number {
  return model.constant - model.gammaShape * Math.log(GAMMA_RATE + mass / model.dispersion);
}

const LN_GAMMA_PRIOR = GAMMA_SHAPE * Math.log(GAMMA_RATE) - gammaln(GAMMA_SHAPE);

/** Labels that are wrong are spread evenly over the activations. */
function withStrays(share: Float64Array, stray: number, activations: number): Float64Array {
  const out = zeros(share.length);
  for (let i = 0; i < out.length; i++) out[i] = (1 - stray) * (share[i] ?? 0) + stray / activations;
  return out;
}

function labelPart(known: Float64Array, labelled: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < known.length; i++) {
    const value = known[i] ?? 0;
    if (value > 0) sum += value * Math.log(labelled[i] ?? 1);
  }
  return sum;
}

function levelPart(total: Float64Array, level: Float64Array): number {
  let sum = 0;
  for (let b = 0; b < total.length; b++) {
    const value = total[b] ?? 0;
    if (value > 0) sum += value * Math.log(level[b] ?? 1);
  }
  return sum;
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let b = 0; b < values.length; b++) sum += values[b] ?? 0;
  return sum;
}

/** Counts as they may be taken: a negative or undefined one is no count. */
function count(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) && value > 0 ? value : 0;
}
