/** Sums over 60-minute blocks, decayed: n blocks, (observed - expected)², expected, expected². */
export interface SlowNoiseSums {
  readonly blocks: number;
  readonly squares: number;
  readonly mean: number;
  readonly meanSquares: number;
}

const FEWEST_BLOCKS = 6;
/** Events per block from which its square scatters like that of a normal variable. */
const WELL_FILLED = 50;

/**
 * Relative swing of the intensity itself from hour to hour, beyond what counting with overdispersion `excess` explains;
 * an upper value while blocks are few. 0 (steady) to 1.
 * Worked value: squares 52000, mean 6000, meanSquares 400000, 60 blocks, excess 1.5: .31183860.
 */
export function slowNoise(sums: SlowNoiseSums, excess: number): number {
  if (sums.blocks < FEWEST_BLOCKS || sums.meanSquares <= 0) return 0;
  const uncertainty = Math.sqrt(2 / sums.blocks);
  const sampling = Math.sqrt((2 + excessKurtosis(sums.mean / sums.blocks, excess)) / sums.blocks);
  const beyond = sums.squares - (1 + excess) * sums.mean * (1 + 1.5 * sampling);
  return beyond <= 0 ? 0 : Math.min(1, Math.sqrt((beyond / sums.meanSquares) * (1 + uncertainty)));
}

/**
 * Excess kurtosis of a negative-binomial block of mean `mean`: squares of small counts scatter more than those of normal
 * ones, which would look like swings of the intensity in sparse series. Left out where blocks are well filled.
 */
function excessKurtosis(mean: number, excess: number): number {
  return mean >= WELL_FILLED ? 0 : (6 * excess + 1 / (1 + excess)) / mean;
}
