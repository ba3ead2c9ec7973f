/** The busiest series of the last half hour. */
import { get } from "./api.js";
import { readBuckets } from "./buckets.js";
import { element } from "./element.js";
import { number, shortDigest, tagOf, workloadName } from "./format.js";
import { serverNow } from "./server-clock.js";
import { sparkline } from "./sparkline.js";

const MINUTE = 60_000;
const SPAN = 30;
const CANDIDATES = 24;
const SHOWN = 8;

export async function drawRates(list) {
  const { series } = await get("/v1/series", { limit: 200 });
  const leaves = series.filter((one) => (one.level ?? "leaf") === "leaf");
  leaves.sort((one, two) => (two.ratePerMinute ?? 0) - (one.ratePerMinute ?? 0));
  // Whole minutes only: the one that has just begun would look like a fall.
  const to = Math.floor(serverNow() / MINUTE) * MINUTE;
  const read = await Promise.all(
    leaves.slice(0, CANDIDATES).map(async (one) => {
      const steps = await readBuckets(one.id, to - SPAN * MINUTE, to, MINUTE);
      const counts = steps.map((step) => step.count);
      return { series: one, counts, total: counts.reduce((sum, count) => sum + count, 0) };
    }),
  );
  const busiest = read.filter((one) => one.total > 0).sort((one, two) => two.total - one.total);
  const rows = busiest.slice(0, SHOWN).map(row);
  list.replaceChildren(...(rows.length > 0 ? rows : [element("li", { class: "muted" }, "No violations in the last half hour.")]));
}

function row({ series, counts, total }) {
  const rate = `${number(total / SPAN)} / min`;
  return element(
    "li",
    {},
    element(
      "div",
      { class: "rate-name" },
      element("strong", {}, series.policy),
      element(
        "span",
        { class: "muted" },
        `${series.namespace}/${workloadName(series.workload)} · ${tagOf(series.image) ?? shortDigest(series.digest)}`,
      ),
    ),
    sparkline(counts, `events per minute over half an hour, ${rate} on average`),
    element("span", { class: "amount" }, rate),
  );
}
