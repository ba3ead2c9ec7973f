import { lnRegularizedBeta } from "./regularized-beta.ts";

/**
 * Exact (Clopper-Pearson) interval of new rate over old rate, `confidence` e.g. .95.
 * Worked value: 12 in 7200, 9 in 600: [3.349132, 23.272714].
 */
export function versionRatioInterval(
  oldEvents: number,
  oldExposure: number,
  newEvents: number,
  newExposure: number,
  confidence: number,
): readonly [number, number] {
  const tail = (1 - confidence) / 2;
  const scale = oldExposure / newExposure;
  const low = newEvents === 0 ? 0 : betaQuantile(tail, newEvents, oldEvents + 1);
  const high = oldEvents === 0 ? 1 : betaQuantile(1 - tail, newEvents + 1, oldEvents);
  return [(low / (1 - low)) * scale, high === 1 ? Number.POSITIVE_INFINITY : (high / (1 - high)) * scale];
}

function betaQuantile(probability: number, a: number, b: number): number {
  const wanted = Math.log(probability);
  let low = 0;
  let high = 1;
  while (high - low > 1e-15 * Math.max(1e-3, high)) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (lnRegularizedBeta(middle, a, b) < wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
