/** One alert as a card. */
import { element } from "./element.js";
import { ago, exactTime, number, percent, shortDigest, span, tagOf, timeOfDay, workloadName } from "./format.js";

const VERDICTS = {
  image: "New image",
  policy: "Policy edit",
  scale: "Scaling",
  config: "Configuration",
  environment: "Environment",
  unexplained: "Unexplained",
  inconclusive: "Not enough data yet",
};
const TIERS = { asserted: "asserted", likely: "likely", unexplained: "no cause asserted" };

/** `onToggle(open)`: the evidence was unfolded or folded. `onAcknowledge(alert)` is called by the button. */
export function alertCard(alert, { onToggle, onAcknowledge }) {
  const details = element(
    "details",
    { class: "evidence", ontoggle: (event) => onToggle(event.target.open) },
    element("summary", {}, `Evidence and ${suspectCount(alert)}`),
    ...alert.cause.suspects.map((suspect, index) => suspectView(suspect, index)),
    seriesTable(alert),
    ...(alert.cause.notes ?? []).map((note) => element("p", { class: "note" }, note)),
    dataQuality(alert.cause.dataQuality),
    element("div", { class: "deliveries-slot" }),
  );
  return element(
    "article",
    { class: `alert severity-${alert.severity}`, "data-state": alert.state, "data-id": alert.id, "aria-label": alert.title },
    head(alert),
    element("div", { class: "facts" }, ratioFact(alert), causeFact(alert), digestFact(alert)),
    element("div", { class: "chart-slot" }),
    details,
    alert.state === "firing" && element("div", { class: "actions" }, acknowledgeButton(alert, onAcknowledge)),
  );
}

function head(alert) {
  const chips = [
    chip(alert.state, `state-${alert.state}`),
    chip(alert.severity, `severity-chip`),
    ...alert.regimes.map((regime) => chip(regime.toUpperCase(), "regime")),
  ];
  const times = [
    element(
      "time",
      { datetime: alert.onsetAt, title: exactTime(alert.onsetAt) },
      `since ${timeOfDay(alert.onsetAt)} UTC (${ago(alert.onsetAt)})`,
    ),
    alert.resolvedAt &&
      element("time", { datetime: alert.resolvedAt, title: exactTime(alert.resolvedAt) }, `resolved ${ago(alert.resolvedAt)}`),
    alert.acknowledgedBy && element("span", {}, `acknowledged by ${alert.acknowledgedBy}`),
    ...(alert.escalations ?? []).map(({ receiver, at }) =>
      element("span", { title: exactTime(at) }, `escalated to ${receiver} ${ago(at)}`),
    ),
  ];
  return element(
    "header",
    {},
    element("div", { class: "chips" }, ...chips),
    element("h3", {}, alert.title),
    element("p", { class: "times" }, ...times),
  );
}

function chip(text, kind) {
  return element("span", { class: `chip ${kind}` }, text);
}

function ratioFact(alert) {
  const [worst] = alert.series;
  if (!worst) return null;
  const [low, high] = worst.ratioInterval;
  const about = worst.quality === "lower-bound" ? "at least " : "";
  return fact(
    "Rate",
    element(
      "p",
      { class: "figure" },
      `${about}${number(worst.ratio)}×`,
      element("small", {}, ` ${number(low)} to ${number(high)}`),
    ),
    element("p", {}, `${number(worst.observed)} seen in ${span(worst.windowSeconds)}, ${number(worst.expected)} expected`),
    element("p", { class: "muted" }, "95 % interval", worst.quality === "exact" ? "" : `; counts are ${worst.quality}`),
  );
}

function causeFact(alert) {
  const { cause } = alert;
  return fact(
    "Cause",
    element("p", { class: "figure" }, VERDICTS[cause.verdict] ?? cause.verdict),
    element(
      "p",
      {},
      element("span", { class: `tier tier-${cause.tier}` }, TIERS[cause.tier] ?? cause.tier),
      ` p ${percent(cause.probability)}`,
    ),
    element("meter", { min: 0, max: 1, value: cause.probability, "aria-label": "probability of this cause" }),
    cause.was && element("p", { class: "muted" }, `was: ${cause.was}`),
  );
}

function digestFact(alert) {
  const suspect = alert.cause.suspects[0];
  if (!suspect)
    return fact("Suspect", element("p", { class: "figure" }, "None"), element("p", { class: "muted" }, "No change fits."));
  const target = alert.cause.rollbackTarget;
  return fact(
    "Suspect",
    element(
      "p",
      { class: "figure" },
      suspect.digest ? (tagOf(suspect.image) ?? shortDigest(suspect.digest)) : (suspect.policy ?? suspect.kind),
    ),
    suspect.digest && digestLine("suspect digest", suspect.digest),
    suspect.previousDigest && digestLine("previous", suspect.previousDigest),
    element("p", {}, whenAndWho(suspect)),
    target &&
      element(
        "p",
        { class: "rollback" },
        "Roll back to ",
        code(target.digest, tagOf(target.image)),
        target.proven ? " (proven)" : " (unproven)",
        `: ${target.why}`,
      ),
  );
}

function fact(name, ...content) {
  return element("section", { class: "fact" }, element("h4", {}, name), ...content);
}

function digestLine(name, digest) {
  return element("p", {}, element("span", { class: "muted" }, `${name} `), code(digest));
}

function code(digest, tag) {
  return element("code", { title: digest }, tag ? `${tag} ${shortDigest(digest)}` : shortDigest(digest));
}

function whenAndWho(suspect) {
  const lag =
    suspect.lagSeconds === undefined
      ? undefined
      : `${span(Math.abs(suspect.lagSeconds))} ${suspect.lagSeconds < 0 ? "after" : "before"} the onset`;
  return [
    suspect.kind,
    suspect.changedAt && timeOfDay(suspect.changedAt),
    lag,
    suspect.actor && `by ${suspect.actor}`,
    suspect.revision,
  ]
    .filter(Boolean)
    .join(" · ");
}

function suspectCount(alert) {
  const count = alert.cause.suspects.length;
  return count === 1 ? "the one suspect" : `${count} suspects`;
}

function suspectView(suspect, index) {
  const name = suspect.digest
    ? `${tagOf(suspect.image) ?? ""} ${shortDigest(suspect.digest)}`.trim()
    : (suspect.policy ?? suspect.kind);
  const evidence = suspect.evidence.map((piece) =>
    element(
      "li",
      { class: piece.ln < 0 ? "piece against" : "piece for" },
      element(
        "span",
        { class: "weight", title: "natural logarithm of the likelihood ratio" },
        `${piece.ln < 0 ? "−" : "+"}${number(Math.abs(piece.ln))}`,
      ),
      element("span", {}, element("strong", {}, `${piece.kind} `), piece.text),
    ),
  );
  return element(
    "section",
    { class: "suspect" },
    element(
      "h5",
      {},
      `${index + 1}. ${suspect.kind} ${name}`,
      element(
        "span",
        { class: "muted" },
        ` on ${workloadName(suspect.workload) || "the cluster"}, p ${percent(suspect.probability)}`,
      ),
    ),
    element("ul", {}, ...evidence),
  );
}

function seriesTable(alert) {
  const rows = alert.series.map((series) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, series.policy),
      element("td", {}, workloadName(series.workload)),
      element("td", {}, element("code", { title: series.digest }, shortDigest(series.digest))),
      element("td", { class: "amount" }, `${number(series.observed)} / ${number(series.expected)}`),
      element("td", { class: "amount" }, `${number(series.ratio)}×`),
    ),
  );
  const titles = ["Policy", "Workload", "Digest", "Seen / expected", "Ratio"].map((title) =>
    element("th", { scope: "col" }, title),
  );
  return element(
    "div",
    { class: "scroll", tabindex: 0 },
    element("table", {}, element("thead", {}, element("tr", {}, ...titles)), element("tbody", {}, ...rows)),
  );
}

function dataQuality(quality) {
  const parts = [`${percent(quality.shareWithDigest)} of events name a digest`, `${percent(quality.lateShare)} came late`];
  if (quality.shareByIp > 0) parts.push(`${percent(quality.shareByIp)} were placed by address`);
  return element("p", { class: "muted" }, `${parts.join(", ")}.`);
}

function acknowledgeButton(alert, onAcknowledge) {
  return element(
    "button",
    { type: "button", class: "primary", "data-action": "acknowledge", onclick: () => onAcknowledge(alert) },
    "Acknowledge",
  );
}
