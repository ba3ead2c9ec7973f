import { svg } from "./element.js";

const WIDTH = 120;
const HEIGHT = 28;

/** A small line of counts, the last one marked. */
export function sparkline(counts, label) {
  const highest = Math.max(1, ...counts);
  const x = (index) => (index / Math.max(1, counts.length - 1)) * (WIDTH - 4) + 2;
  const y = (count) => HEIGHT - 3 - (count / highest) * (HEIGHT - 6);
  const points = counts.map((count, index) => `${x(index).toFixed(1)},${y(count).toFixed(1)}`);
  const last = counts.length - 1;
  return svg(
    "svg",
    { class: "sparkline", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, preserveAspectRatio: "none" },
    svg("polygon", { class: "area", points: `2,${HEIGHT - 2} ${points.join(" ")} ${WIDTH - 2},${HEIGHT - 2}` }),
    svg("polyline", { class: "line", points: points.join(" ") }),
    svg("circle", { class: "last", cx: x(last), cy: y(counts[last] ?? 0), r: 2.2 }),
  );
}
