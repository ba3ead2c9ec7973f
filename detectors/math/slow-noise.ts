/** Sums over 60-minute blocks, decayed: n blocks, (observed - expected)², expected, expected². */
export interface SlowNoiseSums {
  readonly blocks: number;
  readonly squares: number;
  readonly mean: number;
  readonly meanSquares: number;
}

const FEWEST_BLOCKS = 6;

/**
 * Relative swing of the intensity itself from hour to hour, beyond what counting with overdispersion `excess` explains;
 * an upper value while blocks are few. 0 (steady) to 1.
 * Worked value: squares 52000, mean 6000, meanSquares 400000, 60 blocks, excess 1.5: .31183860.
 */
export function slowNoise(sums: SlowNoiseSums, excess: number): number {
  if (sums.blocks < FEWEST_BLOCKS || sums.meanSquares <= 0) return 0;
  const uncertainty = Math.sqrt(2 / sums.blocks);
  const beyond = sums.squares - (1 + excess) * sums.mean * (1 + 1.5 * uncertainty);
  return beyond <= 0 ? 0 : Math.min(1, Math.sqrt((beyond / sums.meanSquares) * (1 + uncertainty)));
}
