/** How long to wait before asking the API server again. */

const BASE = 500;
const CAP = 30_000;

/**
 * Milliseconds after `failures` failures in a row (>= 1): half of 0.5 s x 2^(failures - 1), at most 30 s, and a random part
 * of the other half, so that many watches that broke together do not come back together. Never before the server wants
 * it, and then spread by a tenth. `random` is in [0, 1).
 */
export function retryPause(failures: number, retryAfter: number | undefined, random: () => number): number {
  const ceiling = Math.min(CAP, BASE * 2 ** Math.min(16, failures - 1));
  const jittered = ceiling / 2 + (random() * ceiling) / 2;
  return Math.round(retryAfter === undefined ? jittered : Math.max(jittered, retryAfter * (1 + random() / 10)));
}
