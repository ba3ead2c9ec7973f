/** An explanation as lines for a terminal: the answer first, then the numbers, then every gate. */
import type { Gate } from "../domain/anomaly.ts";
import type { Explanation } from "../pipeline/explain.ts";

const BASIS = {
  exact: "from the stored state and the very buckets that were judged",
  reconstructed: "from retained counts; values may differ from those of the time",
} as const;

export function explanationText(explanation: Explanation): string {
  const { series, at, basis, phase, observed, expected, upper, ratio, windowSeconds, evidence, threshold, gates } = explanation;
  const versus = expected === null ? "nothing learned to expect yet" : `expected ${number(expected)}`;
  const limit = upper === null ? "" : ` (upper limit ${number(upper)})`;
  const times = ratio === null ? "" : `, ${number(ratio)}x`;
  const widest = Math.max(0, ...gates.map(({ name }) => name.length));
  const lines = [
    answer(explanation),
    "",
    `series    ${series.id}  ${identity(explanation)}`,
    `at        ${at}`,
    `basis     ${basis}: ${BASIS[basis]}`,
    `phase     ${phase}`,
    `counted   ${number(observed)} in ${number(windowSeconds)} s, ${versus}${limit}${times}`,
    `evidence  ${number(evidence)} of ${number(threshold)} needed`,
    "",
    "gates, in the order they were asked",
    ...gates.map((gate) => gateLine(gate, widest)),
    ...(explanation.notes.length === 0 ? [] : ["", "notes of the verdict", ...explanation.notes.map((note) => `  ${note}`)]),
  ];
  return `${lines.join("\n")}\n`;
}

function answer({ stoppedBy, alert, gates }: Explanation): string {
  if (stoppedBy === null) return alert === null ? "FIRING" : `FIRING: alert ${alert}`;
  const gate = gates.find(({ name }) => name === stoppedBy);
  const why = gate ? `: ${show(gate.value)}, needed ${show(gate.needed)}` : "";
  const held = alert === null ? "NOT FIRING" : `NOT TOLD (alert ${alert})`;
  return `${held}, stopped by ${stoppedBy}${why}`;
}

function identity({ series }: Explanation): string {
  const { cluster, namespace, workload, policy, digest } = series;
  return [cluster, policy, [namespace, workload].filter(Boolean).join("/"), digest.slice(0, 19)].filter(Boolean).join("  ");
}

function gateLine({ name, value, needed, passed }: Gate, widest: number): string {
  return `  ${passed ? "pass" : "STOP"}  ${name.padEnd(widest)}  ${show(value)}  (needed ${show(needed)})`;
}

function show(value: number | string): string {
  return typeof value === "number" ? number(value) : value;
}

function number(value: number): string {
  return String(Number(value.toPrecision(3)));
}
