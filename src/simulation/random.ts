import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { canonical } from "../domain/ids.ts";

const TWO_TO_32 = 4_294_967_296;
/** Above this mean a Poisson draw is split in halves, so that exp(-mean) stays far from underflow. */
const POISSON_SPLIT = 30;

/**
 * A seeded stream of random numbers: Chris Doty-Humphrey's sfc32 (PractRand), 128 bits of state taken from a hash of
 * the stream's name. Streams of different names are independent, so one more workload changes no other workload.
 */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(name: readonly (string | number)[]) {
    const view = new DataView(sha256(utf8ToBytes(canonical(name.map(String)))).buffer);
    this.#a = view.getUint32(0);
    this.#b = view.getUint32(4);
    this.#c = view.getUint32(8);
    this.#counter = view.getUint32(12);
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return (sum >>> 0) / TWO_TO_32;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Integer in [low, high]. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.uniform() * (high - low + 1));
  }

  logUniform(low: number, high: number): number {
    return low * (high / low) ** this.uniform();
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform());
  }

  /** Standard normal by Box and Muller; the second value of the pair is not kept, so that the state stays four words. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Knuth's product of uniforms. */
  poisson(mean: number): number {
    if (mean > POISSON_SPLIT) return this.poisson(mean / 2) + this.poisson(mean / 2);
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.uniform(); product > limit; product *= this.uniform()) count++;
    return count;
  }

  /**
   * Logarithmic series distribution, P(k) = -p^k / (k ln(1-p)): Kemp 1981, algorithm LK. A Poisson number of such
   * clumps is negative-binomial with variance/mean 1/(1-p).
   */
  logarithmic(p: number): number {
    const high = this.uniform();
    if (high >= p) return 1;
    const q = 1 - (1 - p) ** this.uniform();
    if (high <= q * q) return Math.max(1, Math.floor(1 + Math.log(high || Number.MIN_VALUE) / Math.log(q)));
    return high <= q ? 2 : 1;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.uniform() * items.length)];
    if (item === undefined) throw new RangeError("pick: empty list");
    return item;
  }

  /** A shuffled copy (Fisher and Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const rest = [...items];
    const out: T[] = [];
    while (rest.length > 0) out.push(...rest.splice(Math.floor(this.uniform() * rest.length), 1));
    return out;
  }

  /** Text of `length` characters of an alphabet. */
  text(alphabet: string, length: number): string {
    let out = "";
    for (let i = 0; i < length; i++) out += alphabet[Math.floor(this.uniform() * alphabet.length)];
    return out;
  }
}
