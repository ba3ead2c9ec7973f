import { dispersion } from "./math/dispersion.ts";
import { logLikelihoodRatio } from "./math/log-likelihood-ratio.ts";
import { slowNoise } from "./math/slow-noise.ts";
import { solveExcess } from "./math/solve-excess.ts";
import type { StreamLearner } from "./stream-learner.ts";

/** Evidence, nats, from which a block counts as a burst, and what it is worth once it is on record. */
const BURST_EVIDENCE = 9;
const RECORDED_EVIDENCE = 6;
const ALLOWANCE = 1.2;

/** Overdispersion of single minutes, without bursts. */
export function fastExcess(learner: StreamLearner): number {
  return Math.max(0, dispersion(learner.fastSquares, learner.fastMean) - 1, learner.fastFloor);
}

/** Overdispersion of ten-minute blocks, without bursts. */
export function slowExcess(learner: StreamLearner): number {
  return Math.max(0, dispersion(learner.slowSquares, learner.slowMean) - 1, learner.slowFloor);
}

/** Overdispersion that the largest bursts on record ask for. */
export function burstExcess(learner: StreamLearner): number {
  return Math.max(learner.fastBurst, learner.slowBurst);
}

/** Swing of the intensity from hour to hour, 0..1. */
export function noiseOf(learner: StreamLearner): number {
  const { blocks, blockSquares: squares, blockMean: mean, blockMeanSquares: meanSquares } = learner;
  return Math.max(learner.noiseFloor, slowNoise({ blocks, squares, mean, meanSquares }, slowExcess(learner)));
}

/** A block of (about) a minute. `blocks` silent ones of the same expectation count at once. */
export function learnFastBlock(learner: StreamLearner, seen: number, mean: number, blocks: number): void {
  learner.fastSquares += blocks * (seen - mean) ** 2;
  learner.fastMean += blocks * mean;
}

export function learnSlowBlock(learner: StreamLearner, seen: number, mean: number): void {
  learner.slowSquares += (seen - mean) ** 2;
  learner.slowMean += mean;
}

/** Puts a burst on record, so that its like cannot alarm alone again. */
export function recordBurst(learner: StreamLearner, seen: number, mean: number, scale: "fast" | "slow"): void {
  if (seen <= mean + 3) return;
  const usual = scale === "fast" ? fastExcess(learner) : slowExcess(learner);
  const excess = Math.max(usual, burstExcess(learner));
  if (logLikelihoodRatio(seen, ALLOWANCE * mean, excess) <= BURST_EVIDENCE) return;
  const needed = solveExcess(seen, ALLOWANCE * mean, RECORDED_EVIDENCE);
  if (scale === "fast") learner.fastBurst = Math.max(learner.fastBurst, needed);
  else learner.slowBurst = Math.max(learner.slowBurst, needed);
}

/** Ends an hour: its count against its expectation tells how much the intensity swings. */
export function closeHour(learner: StreamLearner): void {
  if (learner.hourMean > 0) {
    const { hourSeen: seen, hourMean: mean } = learner;
    learner.blocks = 0.99 * learner.blocks + 1;
    learner.blockSquares = 0.99 * learner.blockSquares + (seen - mean) ** 2;
    learner.blockMean = 0.99 * learner.blockMean + mean;
    learner.blockMeanSquares = 0.99 * learner.blockMeanSquares + mean ** 2;
    if (learner.floorBlocks > 0) {
      learner.floorBlocks -= 1;
      if (learner.floorBlocks === 0) dropFloors(learner);
    }
  }
  learner.hourSeen = 0;
  learner.hourMean = 0;
}

function dropFloors(learner: StreamLearner): void {
  learner.fastFloor = 0;
  learner.slowFloor = 0;
  learner.noiseFloor = 0;
}

const FLOOR_BLOCKS = 12;

/** After the first day, which was learned without a season: what it said stays as a floor, the sums start afresh. */
export function restartRoughness(learner: StreamLearner): void {
  const floors = [fastExcess(learner), slowExcess(learner), noiseOf(learner)] as const;
  clearRoughness(learner);
  learner.slowBurst = 0;
  [learner.fastFloor, learner.slowFloor, learner.noiseFloor] = floors;
  learner.floorBlocks = FLOOR_BLOCKS;
}

export function clearRoughness(learner: StreamLearner): void {
  learner.fastSquares = 0;
  learner.fastMean = 0;
  learner.slowSquares = 0;
  learner.slowMean = 0;
  learner.blocks = 0;
  learner.blockSquares = 0;
  learner.blockMean = 0;
  learner.blockMeanSquares = 0;
  learner.hourSeen = 0;
  learner.hourMean = 0;
  dropFloors(learner);
}
