/** Stated probability against share right: on the dashed line, a probability means what it says. */
import type { CalibrationBin } from "./metrics.ts";

const SIZE = 420;
const MARGIN = 52;

export function calibrationChart(bins: readonly CalibrationBin[]): string {
  const x = (value: number) => MARGIN + value * (SIZE - MARGIN - 16);
  const y = (value: number) => SIZE - MARGIN - value * (SIZE - MARGIN - 16);
  const filled = bins.filter(({ count }) => count > 0);
  const largest = Math.max(...filled.map(({ count }) => count), 1);
  const dots = filled.map(({ stated, right, count }) => {
    const radius = 3 + 12 * Math.sqrt(count / largest);
    return `<circle cx="${x(stated).toFixed(1)}" cy="${y(right).toFixed(1)}" r="${radius.toFixed(1)}" fill="#0969da" fill-opacity="0.6"><title>stated ${stated.toFixed(2)}, right ${right.toFixed(2)}, ${count} verdicts</title></circle>`;
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (tick) =>
      `<text x="${x(tick)}" y="${SIZE - MARGIN + 20}" text-anchor="middle">${tick}</text><text x="${MARGIN - 8}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}" font-family="sans-serif" font-size="12" role="img" aria-label="Calibration of the verdicts">`,
    `<rect width="${SIZE}" height="${SIZE}" fill="#fff"/>`,
    `<line x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}" stroke="#888" stroke-dasharray="4 4"/>`,
    ...ticks,
    ...dots,
    `<text x="${SIZE / 2}" y="${SIZE - 12}" text-anchor="middle">probability stated by the verdict (area: number of verdicts)</text>`,
    `<text x="14" y="${SIZE / 2}" text-anchor="middle" transform="rotate(-90 14 ${SIZE / 2})">share of them that were right</text>`,
    "</svg>",
  ].join("\n");
}
