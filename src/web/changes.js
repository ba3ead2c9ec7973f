/** The newest changes, each once: a rollout that went on is told by its last phase. */
import { get } from "./api.js";
import { element } from "./element.js";
import { exactTime, shortDigest, tagOf, timeOfDay, workloadName } from "./format.js";
import { serverNow } from "./server-clock.js";

const SHOWN = 10;

export async function drawChanges(list) {
  const from = new Date(serverNow() - 24 * 3_600_000).toISOString();
  const { changes } = await get("/v1/changes", { from, limit: 100 });
  const latest = new Map();
  for (const change of [...changes].sort((one, two) => Date.parse(one.time) - Date.parse(two.time))) {
    const key = [change.kind, change.namespace, change.workload ?? change.policy, change.digest ?? change.time].join(" ");
    latest.delete(key);
    latest.set(key, change);
  }
  const rows = [...latest.values()].reverse().slice(0, SHOWN).map(row);
  list.replaceChildren(...(rows.length > 0 ? rows : [element("li", { class: "muted" }, "No changes in the last day.")]));
}

function row(change) {
  const subject = change.workload ? `${change.namespace}/${workloadName(change.workload)}` : (change.policy ?? "");
  return element(
    "li",
    {},
    element("time", { datetime: change.time, title: exactTime(change.time) }, timeOfDay(change.time)),
    element("span", { class: `chip kind-${change.kind}` }, change.kind),
    element("span", { class: "change-what" }, element("strong", {}, subject), " ", detail(change)),
  );
}

function detail(change) {
  if (change.kind === "scale") return `${change.previousReplicas ?? "?"} → ${change.replicas ?? "?"} pods`;
  if (!change.digest) return change.actor ? `by ${change.actor}` : "";
  const name = tagOf(change.image);
  return element(
    "span",
    {},
    element("code", { title: change.digest }, name ? `${name} ${shortDigest(change.digest)}` : shortDigest(change.digest)),
    ` ${change.phase}`,
  );
}
