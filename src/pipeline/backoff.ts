/** Waiting times between attempts: exponential with full jitter, so that many failing messages spread out by themselves. */

const BASE = 5_000;
const CAP = 10 * 60_000;
const LEAST = 1_000;

/**
 * Milliseconds until the next attempt after `attempts` failures (>= 1): uniform between 1 s and 5 s x 2^(attempts - 1), at
 * most 10 min; never before the target wants it (`retryAfter`), and then spread by a tenth. `random` is in [0, 1).
 */
export function backoff(attempts: number, retryAfter: number | undefined, random: () => number): number {
  const ceiling = Math.min(CAP, BASE * 2 ** Math.min(30, attempts - 1));
  const jittered = LEAST + random() * (ceiling - LEAST);
  if (retryAfter === undefined) return Math.round(jittered);
  return Math.round(Math.max(retryAfter * (1 + random() / 10), LEAST));
}
