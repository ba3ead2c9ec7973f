/** The page: reads what is open, then follows the stream. */
import { AlertList } from "./alert-list.js";
import { get, onUnauthorized } from "./api.js";
import { drawChanges } from "./changes.js";
import { askForToken, askToAcknowledge } from "./dialogs.js";
import { byId } from "./element.js";
import { drawRates } from "./rates.js";
import { follow } from "./stream.js";

const REFRESH = 10_000;
const STATES = { live: "Live", polling: "Every 5 s", reconnecting: "Reconnecting", connecting: "Connecting" };

const alerts = new AlertList((alert) => askToAcknowledge(alert, (after) => alerts.put(after)));
const connection = byId("connection");
const problem = byId("problem");

const readAlerts = () => alerts.replace(async () => (await get("/v1/alerts", { limit: 100 })).alerts);

/** Each part on its own: one that is not built or fails must not empty the others. */
async function refresh(...parts) {
  const results = await Promise.allSettled(parts.map((part) => part()));
  const failed = results.find((result) => result.status === "rejected" && result.reason.status !== 501);
  problem.hidden = failed === undefined;
  problem.textContent = failed === undefined ? "" : `Some of this page may be out of date: ${failed.reason.message}`;
}

const background = [
  () => alerts.refreshCharts(),
  () => alerts.refreshDeliveries(),
  () => drawRates(byId("rates")),
  () => drawChanges(byId("changes")),
];

onUnauthorized(askForToken);
await refresh(readAlerts);
follow({
  onOpen: () => void refresh(readAlerts),
  onAlert: (transition) => {
    alerts.put(transition.data);
    if (transition.type === "alert.fired") byId("announcer").textContent = `New alert: ${transition.data.title}`;
    void refresh(() => alerts.refreshCharts());
  },
  onState: (state) => {
    connection.dataset.state = state;
    connection.textContent = STATES[state];
  },
});
byId("show-resolved").addEventListener("change", () => void refresh(() => alerts.refreshCharts()));
await refresh(...background);
setInterval(() => {
  if (!document.hidden) void refresh(...background);
}, REFRESH);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) void refresh(readAlerts, ...background);
});
