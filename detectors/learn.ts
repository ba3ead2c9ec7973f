/**
 * Learning of one stream from a block of at most ten minutes (or one wider bucket) that has left the guard.
 */
import { type Experience, FIRST_DAY, isVisited, ROUGHNESS_FROM } from "./experience.ts";
import type { Segment } from "./guard.ts";
import { seasonBin } from "./math/season-bin.ts";
import { closeHour, learnFastBlock, learnSlowBlock, recordBurst, restartRoughness } from "./roughness.ts";
import type { Season, StreamLearner } from "./stream-learner.ts";

/** Per minute: half-life of the rate three days, of roughness ten, of bursts on record fourteen. */
const RATE_DECAY = Math.LN2 / 4320;
const ROUGHNESS_DECAY = -Math.log(0.99995);
const BURST_DECAY = -Math.log(0.999966);
const WEEKDAY_DECAY = -Math.log(0.9995);
const WEEKEND_DECAY = -Math.log(0.9992);

export interface Block {
  /** First minute since the epoch, and the one after the last. */
  readonly from: number;
  readonly to: number;
  readonly segments: readonly Segment[];
  readonly exposure: number;
  /** Season factor of the block. */
  readonly factor: number;
  readonly stream: "raw" | "clipped";
}

/** Estimated rate per exposure minute, season taken out. */
export function learnedRate(learner: StreamLearner, experience: Experience): number {
  return (learner.events + experience.shape) / (learner.exposure + experience.rate);
}

/** Everything is learned from a block of normal time. */
export function learnBlock(learner: StreamLearner, season: Season | undefined, experience: Experience, block: Block): void {
  const rate = learnedRate(learner, experience);
  const seen = blockCount(block);
  const bin = seasonBin(Math.floor(block.from / 60));
  const firstDay = experience.learned < FIRST_DAY;
  const visited = firstDay || season === undefined || isVisited(experience, bin);
  fade(learner, block, visited);
  learnRoughness(learner, experience, block, rate, visited);
  if (visited) {
    learner.events += seen;
    learner.exposure += block.factor * block.exposure;
    if (experience.learned >= ROUGHNESS_FROM) {
      learner.hourSeen += seen;
      learner.hourMean += rate * block.factor * block.exposure;
    }
  }
  if (season)
    learnSeason(season, bin, seen, firstDay ? block.exposure : rate * block.exposure, firstDay ? 0 : block.to - block.from);
  if (block.to % 60 === 0) closeHour(learner);
}

/** Only roughness is learned, from a short incident: it must not raise the rate, but its like is no surprise again. */
export function learnBurst(learner: StreamLearner, experience: Experience, block: Block): void {
  learnRoughness(learner, experience, block, learnedRate(learner, experience), true);
}

/** Ends the first day of learning: it becomes the season. */
export function endFirstDay(learner: StreamLearner, season: Season | undefined, experience: Experience): void {
  const rate = learnedRate(learner, experience);
  season?.expected.forEach((minutes, bin) => {
    season.expected[bin] = minutes * rate;
  });
  restartRoughness(learner);
}

function learnRoughness(learner: StreamLearner, experience: Experience, block: Block, rate: number, visited: boolean): void {
  if (experience.learned < ROUGHNESS_FROM) return;
  let mean = 0;
  for (const segment of block.segments) {
    const seen = segmentCount(segment, block.stream);
    const minute = rate * block.factor * segment.share;
    mean += minute * segment.length;
    if (segment.raw === 0) {
      if (visited) learnFastBlock(learner, 0, minute, segment.length);
      continue;
    }
    recordBurst(learner, seen, minute * segment.length, "fast");
    if (visited) learnFastBlock(learner, seen, minute * segment.length, 1);
  }
  if (!visited) return;
  recordBurst(learner, blockCount(block), mean, "slow");
  learnSlowBlock(learner, blockCount(block), mean);
}

function fade(learner: StreamLearner, block: Block, visited: boolean): void {
  const minutes = block.to - block.from;
  const burst = Math.exp(-BURST_DECAY * minutes);
  learner.fastBurst *= burst;
  learner.slowBurst *= burst;
  if (!visited) return;
  const rate = Math.exp(-RATE_DECAY * minutes);
  learner.events *= rate;
  learner.exposure *= rate;
  const roughness = Math.exp(-ROUGHNESS_DECAY * minutes);
  learner.fastSquares *= roughness;
  learner.fastMean *= roughness;
  learner.slowSquares *= roughness;
  learner.slowMean *= roughness;
}

function learnSeason(season: Season, bin: number, seen: number, expected: number, fadeMinutes: number): void {
  const fading = Math.exp(-(bin < 24 ? WEEKDAY_DECAY : WEEKEND_DECAY) * fadeMinutes);
  season.observed[bin] = (season.observed[bin] ?? 0) * fading + seen;
  season.expected[bin] = (season.expected[bin] ?? 0) * fading + expected;
}

function blockCount(block: Block): number {
  let count = 0;
  for (const segment of block.segments) count += segmentCount(segment, block.stream);
  return count;
}

function segmentCount(segment: Segment, stream: "raw" | "clipped"): number {
  return stream === "raw" ? segment.raw : segment.clipped;
}
