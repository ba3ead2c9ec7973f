/** Seeded draws: the same seed gives the same episodes on every machine. */
export interface Random {
  /** 0 <= u < 1. */
  readonly uniform: () => number;
  readonly between: (from: number, to: number) => number;
  /** Integer, both ends included. */
  readonly integer: (from: number, to: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly normal: () => number;
  readonly lognormal: (mu: number, sigma: number) => number;
  readonly logUniform: (from: number, to: number) => number;
  readonly exponential: (mean: number) => number;
  readonly gamma: (shape: number) => number;
  readonly poisson: (mean: number) => number;
  readonly pick: <T>(items: readonly T[]) => T;
  /** Number of successes in `trials`. */
  readonly binomial: (trials: number, probability: number) => number;
  /** Index drawn in proportion to the weights. */
  readonly weighted: (weights: readonly number[]) => number;
  readonly shuffled: <T>(items: readonly T[]) => T[];
}

export function randomFrom(seed: number): Random {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  // Mulberry32: 32 bits of state are plenty for one episode per seed.
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const gamma = (shape: number): number => {
    // Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.
    if (shape < 1) return gamma(shape + 1) * (1 - uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  };
  const poisson = (mean: number): number => {
    if (!(mean > 0)) return 0;
    if (mean > 30) {
      // Split until the product method does not underflow: a sum of Poisson counts is one.
      const half = mean / 2;
      return poisson(half) + poisson(mean - half);
    }
    const limit = Math.exp(-mean);
    let product = uniform();
    let count = 0;
    while (product > limit) {
      product *= uniform();
      count++;
    }
    return count;
  };
  const integer = (from: number, to: number) => from + Math.floor(uniform() * (to - from + 1));
  const shuffled = <T>(items: readonly T[]): T[] => {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = integer(0, i);
      const held = out[i] as T;
      out[i] = out[j] as T;
      out[j] = held;
    }
    return out;
  };
  return {
    uniform,
    between: (from, to) => from + uniform() * (to - from),
    integer,
    chance: (probability) => uniform() < probability,
    normal,
    lognormal: (mu, sigma) => Math.exp(mu + sigma * normal()),
    logUniform: (from, to) => Math.exp(Math.log(from) + uniform() * (Math.log(to) - Math.log(from))),
    exponential: (mean) => -mean * Math.log(1 - uniform()),
    gamma,
    poisson,
    pick: (items) => items[integer(0, items.length - 1)] as (typeof items)[number],
    binomial: (trials, probability) => {
      let hits = 0;
      for (let i = 0; i < trials; i++) if (uniform() < probability) hits++;
      return hits;
    },
    weighted: (weights) => {
      let left = uniform() * weights.reduce((sum, weight) => sum + weight, 0);
      const found = weights.findIndex((weight) => {
        left -= weight;
        return left < 0;
      });
      return found < 0 ? weights.length - 1 : found;
    },
    shuffled,
  };
}
