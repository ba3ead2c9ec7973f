/** The onset and the changes as lines with labels above the plot, on as many rows as keep them apart. */
import type { ChartMark } from "../../domain/alert-chart.ts";
import { truncate } from "../message/plain-text.ts";
import { FONT_SIZE, type Frame, fitting, LINE, textWidth } from "./frame.ts";
import type { Palette } from "./palette.ts";
import { svg, svgText } from "./svg-element.ts";

export const MARK_ROWS = 3;
const GAP = 4;

interface Label {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly leftwards: boolean;
}

/**
 * Each mark has its line; a label that fits on no row is left out. The onset, and earlier marks, are placed first. Labels
 * stand on all lines, with a rim in the colour of the ground.
 */
export function markLines(marks: readonly ChartMark[], frame: Frame, palette: Palette): string {
  const shown = marks.filter(({ at }) => at >= frame.from && at <= frame.to);
  const rows: Label[][] = Array.from({ length: MARK_ROWS }, () => []);
  const lines: string[] = [];
  const labels: string[] = [];
  for (const mark of [...shown].sort((a, b) => Number(b.kind === "onset") - Number(a.kind === "onset") || a.at - b.at)) {
    const label = labelOf(mark, frame);
    const row = rows.findIndex((taken) => taken.every((one) => one.end + GAP < label.start || label.end + GAP < one.start));
    const colour = mark.kind === "onset" ? palette.onset : palette.change;
    const baseline = frame.top - 6 - (MARK_ROWS - 1 - row) * LINE;
    rows[row]?.push(label);
    lines.push(markLine(mark, row < 0 ? frame.top : baseline - FONT_SIZE + 2, frame, colour));
    if (row >= 0) labels.push(markLabel(label, baseline, colour, palette.ground));
  }
  return svg("g", {}, ...lines, ...labels);
}

function labelOf(mark: ChartMark, frame: Frame): Label {
  const at = frame.x(mark.at);
  const wanted = textWidth(mark.label, FONT_SIZE) + GAP;
  const leftwards = at + wanted > frame.right && at - frame.left > frame.right - at;
  const room = leftwards ? at - GAP : frame.right - at - GAP;
  const text = truncate(mark.label, fitting(room, FONT_SIZE));
  const long = textWidth(text, FONT_SIZE) + GAP;
  return leftwards ? { text, start: at - long, end: at, leftwards } : { text, start: at, end: at + long, leftwards };
}

function markLine(mark: ChartMark, top: number, frame: Frame, colour: string): string {
  const x = frame.x(mark.at);
  const dash: Record<string, string> = mark.kind === "onset" ? {} : { "stroke-dasharray": "4 3" };
  return svg("line", { x1: x, x2: x, y1: top, y2: frame.bottom, stroke: colour, "stroke-width": 1.5, ...dash });
}

function markLabel({ text, start, end, leftwards }: Label, baseline: number, fill: string, rim: string): string {
  const place = leftwards ? { x: end - GAP, "text-anchor": "end" } : { x: start + GAP };
  const halo = { stroke: rim, "stroke-width": 4, "stroke-linejoin": "round", "paint-order": "stroke" };
  return svgText({ ...place, y: baseline, fill, "font-weight": 600, ...halo }, text);
}
