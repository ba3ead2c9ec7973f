/** Where things are in the chart: from times and counts to pixels, and how wide a text is about. */
import type { AlertChart } from "../../domain/alert-chart.ts";

export const FONT_SIZE = 13;
export const TITLE_SIZE = 15;
/** Distance of two lines of text. */
export const LINE = 17;

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Number of steps. */
  readonly length: number;
  readonly from: number;
  readonly to: number;
  /** Highest count the axis shows. */
  readonly ceiling: number;
  /** Milliseconds to pixels. */
  x(at: number): number;
  /** Events to pixels. */
  y(count: number): number;
}

export interface FrameEdges {
  readonly top: number;
  readonly bottom: number;
}

/** `highest`: the largest value drawn; the axis ends at the next of 1, 2, 5 times a power of ten, at least 4. */
export function frameOf(chart: AlertChart, width: number, height: number, edges: FrameEdges, highest: number): Frame {
  const length = chart.layers[0]?.steps.length ?? 0;
  const to = chart.from + length * chart.step;
  const ceiling = niceCeiling(Math.max(4, highest));
  const left = textWidth(axisNumber(ceiling), FONT_SIZE) + 10;
  const right = width - 12;
  const bottom = height - edges.bottom;
  return {
    width,
    height,
    left,
    right,
    top: edges.top,
    bottom,
    length,
    from: chart.from,
    to,
    ceiling,
    x: (at) => left + ((at - chart.from) / Math.max(1, to - chart.from)) * (right - left),
    y: (count) => bottom - (count / ceiling) * (bottom - edges.top),
  };
}

/** The next of 1, 2, 5 times a power of ten. */
export function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5].map((digit) => digit * power).find((candidate) => candidate >= value) ?? 10 * power;
}

/** Pixels a text takes at most, about: digits of the font are 0.62 of its size wide, capitals a little more. */
export function textWidth(text: string, size: number): number {
  return text.length * size * 0.62;
}

/** Characters that fit into so many pixels. */
export function fitting(pixels: number, size: number): number {
  return Math.max(1, Math.floor(pixels / (size * 0.62)));
}

export function axisNumber(count: number): string {
  return count >= 10_000 ? `${Number((count / 1000).toPrecision(3))}k` : String(count);
}

/** `10:02`, UTC. */
export function timeOfDay(at: number): string {
  return new Date(at).toISOString().slice(11, 16);
}
