/** Counts over time, as the page draws them. */
import { get } from "./api.js";

/**
 * Counts of a series over [from, to) in steps, all in milliseconds: one entry a step, with the expected count and its
 * upper limit where the server knows them.
 */
export async function readBuckets(seriesId, from, to, step) {
  const answer = await get(`/v1/series/${encodeURIComponent(seriesId)}/buckets`, {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    step: `${step / 1000}s`,
  });
  const steps = Array.from({ length: Math.ceil((to - from) / step) }, () => ({
    count: 0,
    expected: undefined,
    upper: undefined,
  }));
  for (const bucket of answer.buckets ?? []) {
    const slot = steps[Math.floor((Date.parse(bucket.start ?? bucket.at ?? bucket.time) - from) / step)];
    if (!slot) continue;
    slot.count += bucket.count ?? 0;
    if (typeof bucket.expected === "number") slot.expected = (slot.expected ?? 0) + bucket.expected;
    if (typeof bucket.upper === "number") slot.upper = (slot.upper ?? 0) + bucket.upper;
  }
  return steps;
}
