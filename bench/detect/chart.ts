/** Delay against the bound, as a small SVG: one line per bucket width, both axes logarithmic. */
import type { DelayRow } from "./delays.ts";

const WIDTH = 640;
const HEIGHT = 400;
const MARGIN = 56;
const COLOURS: Readonly<Record<string, string>> = { "0": "#1a7f37", "10": "#0969da", "60": "#9a6700", "300": "#cf222e" };

export function delayChart(rows: readonly DelayRow[]): string {
  const sorted = [...rows].sort((a, b) => a.bound - b.bound);
  const x = scale(0.5, 1000, MARGIN, WIDTH - 16);
  const y = scale(0.5, 1200, HEIGHT - MARGIN, 16);
  const lines = Object.entries(COLOURS).map(([width, colour], i) => {
    const points = sorted.map((row) => `${x(row.bound).toFixed(1)},${y(row.seconds[width] ?? 1).toFixed(1)}`).join(" ");
    const label = width === "0" ? "event by event" : `${width} s buckets`;
    return `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points}"/><text x="${MARGIN + 12}" y="${32 + 18 * i}" fill="${colour}">${label}</text>`;
  });
  const ticks = [1, 10, 100, 1000].map(
    (tick) =>
      `<text x="${x(tick)}" y="${HEIGHT - MARGIN + 20}" text-anchor="middle">${tick}</text><text x="${MARGIN - 8}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`,
  );
  const bound = `<line x1="${x(0.5)}" y1="${y(0.5)}" x2="${x(1000)}" y2="${y(1000)}" stroke="#888" stroke-dasharray="4 4"/>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img" aria-label="Detection delay against the bound">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    bound,
    ...lines,
    ...ticks,
    `<text x="${WIDTH / 2}" y="${HEIGHT - 12}" text-anchor="middle">bound, seconds (dashed: delay = bound)</text>`,
    `<text x="14" y="${HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 14 ${HEIGHT / 2})">mean delay, seconds</text>`,
    "</svg>",
  ].join("\n");
}

function scale(low: number, high: number, from: number, to: number): (value: number) => number {
  return (value) => from + ((to - from) * Math.log(value / low)) / Math.log(high / low);
}
