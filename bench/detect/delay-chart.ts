/** Delay over rate, with the bounds drawn in: one plot for threefold, one for tenfold rises. */
import type { DelayRow } from "./delays.ts";
import { Plot, picture, text } from "./svg-plot.ts";

const SERIES: readonly {
  readonly label: string;
  readonly colour: string;
  readonly dash?: string;
  of(row: DelayRow): number;
}[] = [
  { label: "60 s buckets", colour: "#9a6700", of: ({ seconds }) => seconds["60"] ?? 0 },
  { label: "10 s buckets (as shipped)", colour: "#0969da", of: ({ seconds }) => seconds["10"] ?? 0 },
  { label: "event by event", colour: "#1a7f37", of: ({ seconds }) => seconds["0"] ?? 0 },
  { label: "best possible: CUSUM that knows the ratio", colour: "#57606a", dash: "6 4", of: ({ oracle }) => oracle },
  { label: "ln(run length) / information, first order", colour: "#cf222e", dash: "2 4", of: ({ bound }) => bound },
];

export function delayChart(rows: readonly DelayRow[]): string {
  const plots = [3, 10].map((ratio, i) => {
    const box = { left: 70 + i * 420, top: 60, width: 340, height: 320 };
    const plot = new Plot(
      box,
      { from: 0.01, to: 100, logarithmic: true, ticks: [0.01, 0.1, 1, 10, 100], label: "events per minute before the rise" },
      { from: 0.5, to: 1e5, logarithmic: true, ticks: [1, 10, 100, 1000, 10_000, 100_000], label: "mean delay, seconds" },
    );
    const own = rows.filter((row) => row.ratio === ratio);
    for (const { of, ...style } of SERIES) plot.line({ ...style, points: own.map((row) => [row.rate, of(row)]) });
    return `${text(box.left + box.width / 2, 50, `rise to ${ratio} times the rate`, "middle")}\n${plot}`;
  });
  const legend = SERIES.map(({ label, colour, dash }, i) => {
    const [x, y] = [70 + (i % 2) * 420, 440 + Math.floor(i / 2) * 20];
    const dashes = dash === undefined ? "" : ` stroke-dasharray="${dash}"`;
    return `<line x1="${x}" y1="${y - 4}" x2="${x + 24}" y2="${y - 4}" stroke="${colour}" stroke-width="2"${dashes}/>${text(x + 30, y, label)}`;
  });
  return picture(860, 495, "Delay to detection, rate known, one false alarm in a million minutes", [...plots, ...legend]);
}
