/** The time axis of an alert: counts by digest over what was expected, with onset and changes as marked lines. */
import { element, svg } from "./element.js";
import { exactTime, number, shortDigest, timeOfDay } from "./format.js";

const HEIGHT = 220;
/** Below this the page scrolls inside the chart's frame instead. */
const LEAST_WIDTH = 260;
const EDGE = { left: 40, right: 10, top: 44, bottom: 24 };
const GROUND = HEIGHT - EDGE.bottom;
/** Labels of marks closer than this stand on two lines. */
const LABEL_ROOM = 150;

/**
 * `layers`: one per digest, oldest first, `{digest, image, suspect, steps: [{count, expected, upper}]}`. `marks`:
 * `{at, kind: "onset" | "change", label}` with `at` in milliseconds. `available`: pixels there are, so that text keeps its size.
 */
export function alertChart({ from, step, layers, marks }, available) {
  const width = Math.max(LEAST_WIDTH, available);
  const length = layers[0]?.steps.length ?? 0;
  const totals = Array.from({ length }, (_, index) => sum(layers, index, "count"));
  // The step that has just begun has no expectation yet: the line ends before it instead of falling to zero.
  const known = layers.reduce(
    (most, layer) => Math.max(most, layer.steps.findLastIndex((slot) => slot.expected !== undefined) + 1),
    0,
  );
  const expected = Array.from({ length: known }, (_, index) => sum(layers, index, "expected"));
  const upper = Array.from({ length: known }, (_, index) => Math.max(expected[index], sum(layers, index, "upper")));
  const top = niceCeiling(Math.max(4, ...totals, ...upper));
  const x = (at) => EDGE.left + ((at - from) / (length * step)) * (width - EDGE.left - EDGE.right);
  const y = (count) => GROUND - (count / top) * (GROUND - EDGE.top);
  const to = from + length * step;
  const chart = svg(
    "svg",
    {
      class: "chart",
      width,
      height: HEIGHT,
      viewBox: `0 0 ${width} ${HEIGHT}`,
      role: "img",
      "aria-label": summary(totals, expected, marks, from, step),
    },
    grid(top, y, width),
    band(expected, upper, from, step, x, y),
    ...layers.map((layer, position) => columns(layer, position, layers, from, step, x, y)),
    expectation(expected, from, step, x, y),
    timeAxis(from, to, x, width),
    ...marks
      .filter((mark) => mark.at >= from && mark.at <= to)
      .map((mark, index, all) => markLine(mark, all[index - 1], x, width)),
  );
  return element("figure", { class: "chart-frame" }, chart, legend(layers, step));
}

function sum(layers, index, field) {
  return layers.reduce((total, layer) => total + (layer.steps[index]?.[field] ?? 0), 0);
}

/** The next of 1, 2, 5 times a power of ten. */
function niceCeiling(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((digit) => digit * power).find((candidate) => candidate >= value) ?? value;
}

function grid(top, y, width) {
  const lines = [0, top / 2, top].map((count) => [
    svg("line", { x1: EDGE.left, x2: width - EDGE.right, y1: y(count), y2: y(count) }),
    svg("text", { x: EDGE.left - 6, y: y(count) + 4, "text-anchor": "end" }, number(count)),
  ]);
  return svg("g", { class: "grid" }, ...lines.flat());
}

function band(expected, upper, from, step, x, y) {
  if (!upper.some((value) => value > 0)) return null;
  const corners = (values) => values.flatMap((value, index) => [0, 1].map((end) => [x(from + (index + end) * step), y(value)]));
  const outline = [...corners(upper), ...corners(expected.map(() => 0)).reverse()];
  return svg("polygon", {
    class: "band",
    points: outline.map((corner) => corner.map((value) => value.toFixed(1)).join(",")).join(" "),
  });
}

function expectation(expected, from, step, x, y) {
  if (!expected.some((value) => value > 0)) return null;
  const points = expected.flatMap((value, index) =>
    [0, 1].map((end) => `${x(from + (index + end) * step).toFixed(1)},${y(value).toFixed(1)}`),
  );
  return svg("polyline", { class: "expectation", points: points.join(" ") });
}

/** Columns of one digest stand on those of the digests before it. */
function columns(layer, position, layers, from, step, x, y) {
  const width = Math.max(1, x(from + step) - x(from) - 1);
  const below = layers.slice(0, position);
  const bars = layer.steps.map((slot, index) => {
    if (slot.count === 0) return null;
    const base = sum(below, index, "count");
    const head = y(base + slot.count);
    const title = `${timeOfDay(from + index * step)}: ${slot.count} from ${shortDigest(layer.digest)}`;
    return svg("rect", { x: x(from + index * step) + 0.5, y: head, width, height: y(base) - head }, svg("title", {}, title));
  });
  return svg("g", { class: `columns ${colourOf(layer, position)}` }, ...bars);
}

function colourOf(layer, position) {
  return layer.suspect ? "suspect" : `other-${position % 3}`;
}

function timeAxis(from, to, x, width) {
  const minutes = (to - from) / 60_000;
  const every = [5, 10, 15, 30, 60, 120].find((size) => minutes / size <= width / 110) ?? 240;
  const ticks = [];
  for (let at = Math.ceil(from / (every * 60_000)) * every * 60_000; at <= to; at += every * 60_000) {
    const anchor = x(at) > width - 40 ? "end" : "middle";
    ticks.push(svg("text", { x: x(at), y: HEIGHT - 6, "text-anchor": anchor }, timeOfDay(at)));
  }
  return svg("g", { class: "axis" }, ...ticks);
}

function markLine(mark, before, x, width) {
  const at = x(mark.at);
  const crowded = before !== undefined && at - x(before.at) < LABEL_ROOM;
  const right = at > width - LABEL_ROOM;
  const head = crowded ? 28 : 12;
  return svg(
    "g",
    { class: `mark ${mark.kind}` },
    svg("line", { x1: at, x2: at, y1: head + 4, y2: GROUND }),
    svg(
      "text",
      { x: right ? at - 4 : at + 4, y: head, "text-anchor": right ? "end" : "start" },
      mark.label,
      svg("title", {}, exactTime(mark.at)),
    ),
  );
}

function legend(layers, step) {
  const keys = layers.map((layer, position) =>
    element("li", {}, element("span", { class: `key ${colourOf(layer, position)}` }), shortDigest(layer.digest)),
  );
  const expectedKey = element("li", {}, element("span", { class: "key band-key" }), "expected, with upper limit");
  const unit = step < 60_000 ? `${step / 1000} s` : `${step / 60_000} min`;
  return element(
    "figcaption",
    {},
    element("ul", { class: "legend" }, ...keys, expectedKey),
    element("span", {}, `events per ${unit}, UTC`),
  );
}

function summary(totals, expected, marks, from, step) {
  const highest = Math.max(...totals);
  const at = timeOfDay(from + totals.indexOf(highest) * step);
  const normal =
    expected[totals.indexOf(highest)] !== undefined
      ? ` where about ${number(expected[totals.indexOf(highest)])} were expected`
      : "";
  const told = marks.map((mark) => `${mark.label} at ${timeOfDay(mark.at)}`).join("; ");
  return `Events over time: at most ${highest} in one step at ${at}${normal}. ${told}`;
}
