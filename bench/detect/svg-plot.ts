/** Lines and points in a box with logarithmic or linear axes, as SVG elements. No styles but those given here. */

export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly logarithmic?: boolean;
  readonly ticks: readonly number[];
  readonly label: string;
}

/** Pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Line {
  readonly points: readonly (readonly [number, number])[];
  readonly colour: string;
  readonly width?: number;
  readonly dash?: string;
}

export const INK = "#1f2328";
export const FAINT = "#d0d7de";

export class Plot {
  readonly #box: Box;
  readonly #x: Axis;
  readonly #y: Axis;
  readonly #parts: string[] = [];

  constructor(box: Box, x: Axis, y: Axis) {
    this.#box = box;
    this.#x = x;
    this.#y = y;
    const { left, top, width, height } = box;
    for (const tick of x.ticks) {
      const at = this.#across(tick).toFixed(1);
      this.#parts.push(`<line x1="${at}" y1="${top}" x2="${at}" y2="${top + height}" stroke="${FAINT}"/>`);
      this.#parts.push(text(this.#across(tick), top + height + 16, String(tick), "middle"));
    }
    for (const tick of y.ticks) {
      const at = this.#up(tick).toFixed(1);
      this.#parts.push(`<line x1="${left}" y1="${at}" x2="${left + width}" y2="${at}" stroke="${FAINT}"/>`);
      this.#parts.push(text(left - 6, this.#up(tick) + 4, String(tick), "end"));
    }
    this.#parts.push(text(left + width / 2, top + height + 34, x.label, "middle"));
    const middle = top + height / 2;
    this.#parts.push(
      `<text x="${left - 44}" y="${middle}" text-anchor="middle" fill="${INK}" transform="rotate(-90 ${left - 44} ${middle})">${escaped(y.label)}</text>`,
    );
  }

  line({ points, colour, width = 2, dash }: Line): this {
    const path = points.map(([x, y]) => `${this.#across(x).toFixed(1)},${this.#up(y).toFixed(1)}`).join(" ");
    const dashes = dash === undefined ? "" : ` stroke-dasharray="${dash}"`;
    this.#parts.push(`<polyline fill="none" stroke="${colour}" stroke-width="${width}"${dashes} points="${path}"/>`);
    return this;
  }

  point(x: number, y: number, colour: string, radius = 4): this {
    this.#parts.push(
      `<circle cx="${this.#across(x).toFixed(1)}" cy="${this.#up(y).toFixed(1)}" r="${radius}" fill="${colour}" stroke="#fff"/>`,
    );
    return this;
  }

  toString(): string {
    return this.#parts.join("\n");
  }

  #across(value: number): number {
    return this.#box.left + this.#box.width * position(this.#x, value);
  }

  #up(value: number): number {
    return this.#box.top + this.#box.height * (1 - position(this.#y, value));
  }
}

/** Where a value lies on its axis, 0 to 1; what lies outside is drawn at the end. */
function position({ from, to, logarithmic }: Axis, value: number): number {
  const share = logarithmic ? Math.log(Math.max(value, from) / from) / Math.log(to / from) : (value - from) / (to - from);
  return Math.min(1, Math.max(0, share));
}

export function text(x: number, y: number, words: string, anchor: "start" | "middle" | "end" = "start", colour = INK): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${colour}">${escaped(words)}</text>`;
}

export function picture(width: number, height: number, title: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img" aria-label="${escaped(title)}">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${width / 2}" y="22" text-anchor="middle" font-size="15" fill="${INK}">${escaped(title)}</text>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
