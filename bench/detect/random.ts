/** Seeded random numbers: the same seed gives the same benchmark on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  normal(): number;
  poisson(mean: number): number;
  /** Size of a clump (logarithmic series) such that clumps arriving at random make variance (1 + excess) times the mean. */
  clump(excess: number): number;
}

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const small = (mean: number) => {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = next(); product > limit; product *= next()) count++;
    return count;
  };
  const poisson = (mean: number) => {
    let count = 0;
    let rest = mean;
    for (; rest > 20; rest -= 20) count += small(20);
    return rest > 0 ? count + small(rest) : count;
  };
  const clump = (excess: number) => {
    const p = excess / (1 + excess);
    let chance = p / Math.log1p(excess);
    let size = 1;
    for (let u = next(); u > chance && size < 10_000; size++) {
      u -= chance;
      chance *= (p * size) / (size + 1);
    }
    return size;
  };
  return { next, normal, poisson, clump };
}

/** Independent seed for a part of a run. */
export function subSeed(seed: number, ...parts: readonly number[]): number {
  let hash = seed >>> 0;
  for (const part of parts) {
    hash = Math.imul(hash ^ (part + 0x9e3779b9), 0x85ebca6b);
    hash ^= hash >>> 13;
  }
  return hash >>> 0;
}
