/** What the chart of an alert needs: counts of every digest of the workload under the policy, and the changes near it. */
import { get } from "./api.js";
import { readBuckets } from "./buckets.js";
import { shortDigest, tagOf } from "./format.js";
import { serverNow } from "./server-clock.js";

const MINUTE = 60_000;
const BEFORE = 30 * MINUTE;
const LONGEST = 6 * 60 * MINUTE;
const STEPS = [10_000, 30_000, MINUTE, 5 * MINUTE, 10 * MINUTE];
const MOST_STEPS = 80;
const MOST_DIGESTS = 4;

export async function alertChartData(alert) {
  const [worst] = alert.series;
  if (!worst) return undefined;
  const onset = Date.parse(alert.onsetAt);
  const end = Math.min(alert.resolvedAt ? Date.parse(alert.resolvedAt) + BEFORE / 3 : serverNow(), serverNow(), onset + LONGEST);
  const step = STEPS.find((size) => (end - onset + BEFORE) / size <= MOST_STEPS) ?? 10 * MINUTE;
  const from = Math.floor((onset - BEFORE) / step) * step;
  const to = Math.max(from + step, Math.ceil(end / step) * step);
  const place = { cluster: worst.cluster, namespace: worst.namespace, workload: worst.workload };
  const [related, changes] = await Promise.all([
    get("/v1/series", { ...place, policy: worst.policy, limit: 200 }),
    get("/v1/changes", { ...place, from: new Date(from).toISOString(), to: new Date(to).toISOString(), limit: 50 }),
  ]);
  const suspects = new Set(alert.cause.suspects.slice(0, 1).map((suspect) => suspect.digest));
  const previous = alert.cause.suspects[0]?.previousDigest;
  const layers = await Promise.all(
    chosen(related.series, worst, previous).map((series) => layer(series, suspects, from, to, step)),
  );
  return {
    from,
    step,
    layers: layers
      .filter((one) => one.suspect || one.steps.some((slot) => slot.count > 0))
      .sort((one, two) => one.suspect - two.suspect),
    marks: [{ at: onset, kind: "onset", label: "onset" }, ...changeMarks(changes.changes, alert)].sort(
      (one, two) => one.at - two.at,
    ),
  };
}

/** The alert's own series, the version before it, and the busiest others; roll-ups would count events twice. */
function chosen(series, worst, previous) {
  const leaves = series.filter((one) => one.digest && (one.level ?? "leaf") === "leaf" && one.id !== worst.id);
  const rank = (one) => (one.digest === previous ? Number.POSITIVE_INFINITY : (one.ratePerMinute ?? 0));
  leaves.sort((one, two) => (rank(one) === rank(two) ? 0 : rank(two) > rank(one) ? 1 : -1));
  return [worst, ...leaves].slice(0, MOST_DIGESTS);
}

async function layer(series, suspects, from, to, step) {
  const steps = await readBuckets(series.id, from, to, step);
  return { digest: series.digest, image: series.image, suspect: suspects.has(series.digest), steps };
}

/** One line a change: the phases of one rollout belong together, and the first suspect is shown even if nothing else is. */
function changeMarks(changes, alert) {
  const told = [...changes];
  const [suspect] = alert.cause.suspects;
  if (suspect?.changedAt) told.push({ ...suspect, time: suspect.changedAt });
  const first = new Map();
  for (const change of told.filter((one) => (one.phase ?? "started") === "started" || one.kind !== "rollout")) {
    const key = `${change.kind} ${change.digest ?? change.policy ?? change.time}`;
    const at = Date.parse(change.time ?? change.changedAt);
    if (!first.has(key) || first.get(key).at > at) first.set(key, { at, kind: "change", label: changeLabel(change) });
  }
  return [...first.values()];
}

function changeLabel(change) {
  const subject = change.digest ? (tagOf(change.image) ?? shortDigest(change.digest)) : change.policy;
  const digest = change.digest && tagOf(change.image) ? ` ${shortDigest(change.digest)}` : "";
  return `${change.kind} ${subject ?? ""}${digest}`.trim();
}
