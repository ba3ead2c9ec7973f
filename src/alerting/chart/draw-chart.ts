/**
 * The chart of an alert as an SVG document: columns of counts by version over the band of what was expected, the onset and
 * the changes as lines. Made for a phone: at 360 pixels of width the smallest text is 10 pixels high.
 */
import type { AlertChart, ChartLayer, ChartStep } from "../../domain/alert-chart.ts";
import { truncate } from "../message/plain-text.ts";
import { axisNumber, FONT_SIZE, type Frame, fitting, frameOf, LINE, TITLE_SIZE, textWidth, timeOfDay } from "./frame.ts";
import { MARK_ROWS, markLines } from "./mark-lines.ts";
import { type ChartTheme, PALETTES, type Palette } from "./palette.ts";
import { escapeXml, svg, svgText } from "./svg-element.ts";

export interface ChartStyle {
  readonly theme: ChartTheme;
  /** Pixels at scale 1. (Default: 440) */
  readonly width?: number;
  /** Name of the font, and what stands in for it. (Default: Inter, then what the reader has) */
  readonly font?: string;
}

export const CHART_WIDTH = 440;
const PLOT_HEIGHT = 150;
const EDGE = 12;
/** Distances of axis labels, minutes. */
const TICKS = [1, 2, 5, 10, 15, 30, 60, 120, 240];

interface Sums {
  readonly counts: readonly number[];
  /** Up to the last step with an expectation: the one that has just begun has none yet. */
  readonly expected: readonly number[];
  readonly upper: readonly number[];
}

export function drawChart(chart: AlertChart, style: ChartStyle): string {
  const width = style.width ?? CHART_WIDTH;
  const palette = PALETTES[style.theme];
  const keys = legendRows(chart, palette, width);
  const top = EDGE + TITLE_SIZE + LINE + 8 + MARK_ROWS * LINE;
  const bottom = 8 + LINE + 6 + keys.length * LINE + EDGE / 2;
  const height = top + PLOT_HEIGHT + bottom;
  const sums = sumsOf(chart.layers);
  const frame = frameOf(chart, width, height, { top, bottom }, Math.max(0, ...sums.counts, ...sums.upper));
  return svg(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "font-family": style.font ?? "Inter, system-ui, sans-serif",
      "font-size": FONT_SIZE,
    },
    svg("title", {}, escapeXml(spokenSummary(chart))),
    svg("rect", { width, height, fill: palette.ground }),
    heading(chart, width, palette),
    grid(frame, palette),
    band(sums, chart.step, frame, palette),
    ...chart.layers.map((layer, index) => columns(chart, layer, index, frame, palette)),
    expectation(sums, chart.step, frame, palette),
    timeAxis(frame, palette),
    markLines(chart.marks, frame, palette),
    ...keys.map((row, index) =>
      svg("g", { transform: `translate(${EDGE} ${height - EDGE / 2 - (keys.length - index - 0.5) * LINE})` }, row),
    ),
  );
}

/** The chart in words, for those who do not see it. */
export function spokenSummary(chart: AlertChart): string {
  const marks = chart.marks.map(({ label, at }) => `${label} at ${timeOfDay(at)}`).join("; ");
  return `${chart.title}: ${chart.caption}. ${marks} (UTC)`;
}

function sumsOf(layers: readonly ChartLayer[]): Sums {
  const length = layers[0]?.steps.length ?? 0;
  const add = (index: number, of: (step: ChartStep) => number) =>
    layers.reduce((sum, layer) => sum + (layer.steps[index] === undefined ? 0 : of(layer.steps[index])), 0);
  const known = Math.max(0, ...layers.map((layer) => layer.steps.findLastIndex((step) => step.expected !== undefined) + 1));
  const upTo = (end: number, of: (step: ChartStep) => number) => Array.from({ length: end }, (_, index) => add(index, of));
  return {
    counts: upTo(length, (step) => step.count),
    expected: upTo(known, (step) => step.expected ?? 0),
    upper: upTo(known, (step) => Math.max(step.upper ?? 0, step.expected ?? 0)),
  };
}

function heading(chart: AlertChart, width: number, palette: Palette): string {
  const room = width - 2 * EDGE;
  const title = truncate(chart.title, fitting(room, TITLE_SIZE));
  const caption = truncate(chart.caption, fitting(room, FONT_SIZE));
  return (
    svgText({ x: EDGE, y: EDGE + TITLE_SIZE - 2, fill: palette.text, "font-size": TITLE_SIZE, "font-weight": 600 }, title) +
    svgText({ x: EDGE, y: EDGE + TITLE_SIZE + LINE, fill: palette.text }, caption)
  );
}

function grid(frame: Frame, palette: Palette): string {
  const parts = [0, frame.ceiling / 2, frame.ceiling].map((count) => {
    const y = frame.y(count);
    const line = svg("line", { x1: frame.left, x2: frame.right, y1: y, y2: y, stroke: palette.line });
    const label = { x: frame.left - 6, y: y + FONT_SIZE / 3, fill: palette.muted, "text-anchor": "end" };
    return line + svgText(label, axisNumber(count));
  });
  return svg("g", {}, ...parts);
}

/** From nothing to the most that is still normal. */
function band({ upper }: Sums, step: number, frame: Frame, palette: Palette): string {
  if (!upper.some((value) => value > 0)) return "";
  const end = frame.x(frame.from + upper.length * step);
  const points = `${corners(upper, step, frame)} ${point(end, frame.bottom)} ${point(frame.left, frame.bottom)}`;
  return svg("polygon", { points, fill: palette.band });
}

function expectation({ expected }: Sums, step: number, frame: Frame, palette: Palette): string {
  if (!expected.some((value) => value > 0)) return "";
  return svg("polyline", { points: corners(expected, step, frame), fill: "none", stroke: palette.expected, "stroke-width": 1.5 });
}

function corners(values: readonly number[], step: number, frame: Frame): string {
  return values
    .flatMap((value, index) => [0, 1].map((end) => point(frame.x(frame.from + (index + end) * step), frame.y(value))))
    .join(" ");
}

function point(x: number, y: number): string {
  return `${x.toFixed(1)},${y.toFixed(1)}`;
}

/** Columns of one version stand on those of the versions before it. */
function columns(chart: AlertChart, layer: ChartLayer, position: number, frame: Frame, palette: Palette): string {
  const below = chart.layers.slice(0, position);
  const wide = Math.max(1, (frame.right - frame.left) / Math.max(1, frame.length) - 1);
  const bars = layer.steps.map(({ count }, index) => {
    if (count === 0) return "";
    const base = below.reduce((sum, one) => sum + (one.steps[index]?.count ?? 0), 0);
    const at = frame.from + index * chart.step;
    const y = frame.y(base + count);
    const told = svg("title", {}, escapeXml(`${timeOfDay(at)}: ${count} from ${layer.label}`));
    return svg("rect", { x: frame.x(at) + 0.5, y, width: wide, height: frame.y(base) - y }, told);
  });
  return svg("g", { fill: colourOf(layer, position, palette) }, ...bars);
}

function colourOf(layer: ChartLayer, position: number, palette: Palette): string {
  return layer.suspect ? palette.suspect : (palette.others[position % palette.others.length] ?? palette.muted);
}

function timeAxis(frame: Frame, palette: Palette): string {
  const minutes = (frame.to - frame.from) / 60_000;
  const room = (frame.right - frame.left) / (textWidth("00:00", FONT_SIZE) + 24);
  const every = (TICKS.find((size) => minutes / size <= room) ?? 480) * 60_000;
  const ticks: string[] = [];
  for (let at = Math.ceil(frame.from / every) * every; at <= frame.to; at += every) {
    const x = Math.min(Math.max(frame.x(at), frame.left + 10), frame.right - 18);
    ticks.push(svgText({ x, y: frame.bottom + LINE, fill: palette.muted, "text-anchor": "middle" }, timeOfDay(at)));
  }
  return svg("g", {}, ...ticks);
}

/** Keys of the versions, the expectation and the unit, on as many rows as they need. */
function legendRows(chart: AlertChart, palette: Palette, width: number): readonly string[] {
  const unit = `events per ${chart.step < 60_000 ? `${chart.step / 1000} s` : `${chart.step / 60_000} min`}, UTC`;
  const keys = [
    ...chart.layers.map((layer, index) => ({ label: layer.label, colour: colourOf(layer, index, palette), line: false })),
    { label: "expected, and normal range", colour: palette.band, line: true },
    { label: unit, colour: undefined, line: false },
  ];
  const rows: string[] = [""];
  let x = 0;
  for (const { label, colour, line } of keys) {
    const text = truncate(label, fitting(width - 2 * EDGE - 18, FONT_SIZE));
    const swatch = colour === undefined ? 0 : 18;
    const long = swatch + textWidth(text, FONT_SIZE);
    if (x > 0 && x + long > width - 2 * EDGE) {
      rows.push("");
      x = 0;
    }
    const box = colour === undefined ? "" : svg("rect", { x, y: -6, width: 12, height: 12, rx: 2, fill: colour });
    const stroke = line ? svg("line", { x1: x, x2: x + 12, y1: 0, y2: 0, stroke: palette.expected, "stroke-width": 1.5 }) : "";
    rows[rows.length - 1] += box + stroke + svgText({ x: x + swatch, y: FONT_SIZE / 3, fill: palette.muted }, text);
    x += long + 12;
  }
  return rows;
}
