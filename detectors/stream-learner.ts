import { SEASON_BINS } from "./math/season-bin.ts";
import { significant } from "./math/significant.ts";

/** What has been learned about one stream (raw or clipped) of a series. Mutable: unpacked for one step only. */
export interface StreamLearner {
  /** Decayed events and exposure minutes (times season factor). */
  events: number;
  exposure: number;
  /** Blocks of one minute: (observed - expected)² and expected, decayed. */
  fastSquares: number;
  fastMean: number;
  /** The same for blocks of ten minutes. */
  slowSquares: number;
  slowMean: number;
  /** Overdispersion that makes the largest burst so far unremarkable, at one and at ten minutes; decayed. */
  fastBurst: number;
  slowBurst: number;
  /** Blocks of an hour. */
  blocks: number;
  blockSquares: number;
  blockMean: number;
  blockMeanSquares: number;
  /** The hour in progress. */
  hourSeen: number;
  hourMean: number;
  /** What the first day said about roughness: lower limits until `floorBlocks` new hours have been seen. */
  fastFloor: number;
  slowFloor: number;
  noiseFloor: number;
  floorBlocks: number;
}

const FIELDS: readonly (keyof StreamLearner)[] = [
  "events",
  "exposure",
  "fastSquares",
  "fastMean",
  "slowSquares",
  "slowMean",
  "fastBurst",
  "slowBurst",
  "blocks",
  "blockSquares",
  "blockMean",
  "blockMeanSquares",
  "hourSeen",
  "hourMean",
  "fastFloor",
  "slowFloor",
  "noiseFloor",
  "floorBlocks",
];
const DIGITS = 6;

export function unpackLearner(packed: readonly number[]): StreamLearner {
  const learner = {} as StreamLearner;
  FIELDS.forEach((field, i) => {
    learner[field] = packed[i] ?? 0;
  });
  return learner;
}

/** As numbers in the order of the fields, zeros at the end left out. */
export function packLearner(learner: StreamLearner): readonly number[] {
  const packed = FIELDS.map((field) => significant(learner[field], DIGITS));
  while (packed.length > 0 && packed[packed.length - 1] === 0) packed.pop();
  return packed;
}

/** Season sums of a stream: events seen and expected in each of the 48 bins. */
export interface Season {
  readonly observed: number[];
  readonly expected: number[];
}

export function unpackSeason(packed: readonly number[]): Season {
  return { observed: packed.slice(0, SEASON_BINS), expected: packed.slice(SEASON_BINS, 2 * SEASON_BINS) };
}

export function packSeason(season: Season): readonly number[] {
  return [...season.observed, ...season.expected].map((value) => significant(value, 6));
}

export function emptySeason(): readonly number[] {
  return new Array<number>(2 * SEASON_BINS).fill(0);
}
