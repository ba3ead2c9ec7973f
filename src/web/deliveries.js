/** Who was told of an alert, and every attempt. */
import { get } from "./api.js";
import { element } from "./element.js";
import { exactTime, timeOfDay } from "./format.js";

const STATES = { pending: "pending", delivered: "delivered", dead: "given up" };

/** Newest first. */
export async function deliveriesOf(alertId) {
  return (await get("/v1/deliveries", { alert: alertId, limit: 50 })).deliveries;
}

export function deliveriesView(deliveries) {
  if (deliveries.length === 0) return element("p", { class: "note" }, "Nobody has been told of this alert.");
  const heads = ["When", "Target", "What", "Attempts"].map((text) => element("th", { scope: "col" }, text));
  const table = element(
    "table",
    { class: "deliveries" },
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...deliveries.map(row)),
  );
  return element("section", {}, element("h4", {}, "Told to"), element("div", { class: "scroll" }, table));
}

function row({ createdAt, target, type, reason, state, attempts }) {
  return element(
    "tr",
    { "data-state": state },
    element("td", { title: exactTime(createdAt) }, timeOfDay(createdAt)),
    element("td", {}, target),
    element("td", {}, `${type.replace("alert.", "")}: ${reason}`),
    element("td", {}, STATES[state], element("ol", {}, ...attempts.filter(({ ok }) => !ok).map(failure))),
  );
}

function failure({ at, reason, detail }) {
  return element("li", { title: exactTime(at) }, `${timeOfDay(at)} ${[reason, detail].filter(Boolean).join(": ")}`);
}
