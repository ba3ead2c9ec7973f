/** The list of alerts: keeps what the reader has unfolded or focused while cards are drawn anew. */
import { alertCard } from "./alert-card.js";
import { alertChartData } from "./alert-chart-data.js";
import { alertChart } from "./chart.js";
import { deliveriesOf, deliveriesView } from "./deliveries.js";
import { byId, element } from "./element.js";

const STATES = ["firing", "acknowledged", "mitigated", "resolved"];
const SEVERITIES = ["critical", "error", "warning", "info"];

export class AlertList {
  #alerts = new Map();
  /** Questions and tidings in their order: when each alert was last put, and when the answer shown was asked for. */
  #moment = 0;
  #told = new Map();
  #answered = 0;
  #unfolded = new Map();
  /** What is on the page: each card as it was when it was made, and its element. */
  #cards = new Map();
  #charts = new Map();
  #deliveries = new Map();
  #list = byId("alert-list");
  #count = byId("alert-count");
  #showResolved = byId("show-resolved");
  #onAcknowledge;

  constructor(onAcknowledge) {
    this.#onAcknowledge = onAcknowledge;
    this.#showResolved.addEventListener("change", () => this.#draw());
  }

  /**
   * Shows what `read` answers instead of what is shown now. The answer tells how things stood when it was asked for:
   * what `put` brought while it was on its way stays, and an answer that a later question overtook is left out.
   */
  async replace(read) {
    const asked = ++this.#moment;
    const alerts = await read();
    if (asked < this.#answered) return;
    this.#answered = asked;
    const before = this.#alerts;
    const meanwhile = [...before.keys()].filter((id) => this.#told.get(id) > asked);
    this.#alerts = new Map(alerts.map((alert) => [alert.id, alert]));
    for (const id of meanwhile) if (!isOlder(before.get(id), this.#alerts.get(id))) this.#alerts.set(id, before.get(id));
    for (const id of this.#told.keys()) if (!this.#alerts.has(id)) this.#told.delete(id);
    this.#draw();
  }

  /** Older versions than the one shown are left out: answers and events may overtake each other. */
  put(alert) {
    if (isOlder(alert, this.#alerts.get(alert.id))) return;
    this.#told.set(alert.id, ++this.#moment);
    this.#alerts.set(alert.id, alert);
    this.#draw();
  }

  /** Reads the charts of what is shown anew. A chart that cannot be read keeps its place with the last one. */
  async refreshCharts() {
    await Promise.all(
      this.#shown().map(async (alert) => {
        const data = await alertChartData(alert).catch(() => undefined);
        if (!data || data.layers.length === 0) return;
        this.#charts.set(alert.id, data);
        this.#placeChart(alert.id);
      }),
    );
  }

  /** Reads what was told of the alerts whose evidence is unfolded. What cannot be read keeps the last answer. */
  async refreshDeliveries() {
    const unfolded = this.#shown().filter(({ id }) => this.#unfolded.get(id));
    await Promise.all(unfolded.map(({ id }) => this.#readDeliveries(id)));
  }

  async #readDeliveries(id) {
    const found = await deliveriesOf(id).catch(() => undefined);
    if (!found) return;
    this.#deliveries.set(id, found);
    this.#placeDeliveries(id);
  }

  #shown() {
    const rank = (alert) => STATES.indexOf(alert.state) * 10 + SEVERITIES.indexOf(alert.severity);
    return [...this.#alerts.values()]
      .filter((alert) => alert.state !== "resolved" || this.#showResolved.checked)
      .sort((one, two) => rank(one) - rank(two) || two.firedAt.localeCompare(one.firedAt));
  }

  #draw() {
    const focused = document.activeElement?.closest?.("[data-id]");
    const action = document.activeElement?.getAttribute("data-action");
    const shown = this.#shown();
    const open = shown.filter((alert) => alert.state !== "resolved").length;
    this.#list.setAttribute("aria-busy", "false");
    this.#count.textContent = open === 0 ? "" : `${open} open`;
    document.title = open === 0 ? "Tenfold" : `(${open}) Tenfold`;
    const cards = new Map(shown.map((alert) => [alert.id, this.#card(alert)]));
    this.#cards = cards;
    place(this.#list, shown.length > 0 ? [...cards.values()].map(({ card }) => card) : [nothingFiring()]);
    for (const alert of shown) {
      this.#placeChart(alert.id);
      this.#placeDeliveries(alert.id);
    }
    if (focused && !focused.contains(document.activeElement))
      this.#cardOf(focused.dataset.id)
        ?.querySelector(action ? `[data-action="${action}"]` : "summary")
        ?.focus();
  }

  /** The card on the page while only its times would differ: whoever is about to press something in it presses that. */
  #card(alert) {
    const card = this.#newCard(alert);
    const times = timesOf(card);
    const look = card.outerHTML.replace(times.outerHTML, "");
    const before = this.#cards.get(alert.id);
    if (before?.look === look) {
      timesOf(before.card).replaceWith(times);
      return before;
    }
    // What was unfolded a moment ago has not been told yet.
    detailsOf(card).open = before ? detailsOf(before.card).open : (this.#unfolded.get(alert.id) ?? false);
    return { look, card };
  }

  #newCard(alert) {
    return alertCard(alert, {
      onToggle: (open) => {
        const before = this.#unfolded.get(alert.id) ?? false;
        this.#unfolded.set(alert.id, open);
        if (open && !before) void this.#readDeliveries(alert.id);
      },
      onAcknowledge: this.#onAcknowledge,
    });
  }

  #cardOf(id) {
    return [...this.#list.children].find((card) => card.dataset.id === id);
  }

  #placeDeliveries(id) {
    const found = this.#deliveries.get(id);
    const slot = this.#cardOf(id)?.querySelector(".deliveries-slot");
    if (found && slot) slot.replaceChildren(deliveriesView(found));
  }

  /** Drawn for the width there is now: a phone that was turned gets it right with the next refresh. */
  #placeChart(id) {
    const data = this.#charts.get(id);
    const slot = this.#cardOf(id)?.querySelector(".chart-slot");
    if (data && slot) slot.replaceChildren(alertChart(data, slot.clientWidth));
  }
}

/** Makes `cards` the children of `list`, and moves none that is in its place among them. */
function place(list, cards) {
  for (const child of [...list.children]) if (!cards.includes(child)) child.remove();
  for (const [index, card] of cards.entries())
    if (list.children[index] !== card) list.insertBefore(card, list.children[index] ?? null);
}

const timesOf = (card) => card.querySelector(".times");

const detailsOf = (card) => card.querySelector("details");

const isOlder = (alert, than) => alert.version < (than?.version ?? 0);

function nothingFiring() {
  return element("p", { class: "calm" }, "Nothing is firing. Every series counts as it usually does.");
}
