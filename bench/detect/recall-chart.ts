/** Recall of fivefold rises against false alarms, every detector at every threshold; dots are shipped thresholds. */
import type { Compared, OperatingPoint } from "./comparison.ts";
import { FAINT, INK, Plot, picture, text } from "./svg-plot.ts";

const PANEL = "#1a7f37";
const COLOURS: readonly string[] = ["#cf222e", "#0969da", "#9a6700", "#8250df", "#bf3989", "#57606a", "#0a7ea4", "#bc4c00"];
const LEAST = 0.005;

/** `panel`: the panel as it is shipped; `own`: its statistic at every threshold. */
export function recallChart(
  panel: Omit<OperatingPoint, "threshold">,
  own: Compared | undefined,
  others: readonly Compared[],
): string {
  const plot = new Plot(
    { left: 70, top: 50, width: 430, height: 400 },
    {
      from: LEAST,
      to: 64,
      logarithmic: true,
      ticks: [0.01, 0.1, 1, 10],
      label: "false alarms per series-week (none: drawn at the left edge)",
    },
    { from: 0, to: 1, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], label: "recall of fivefold rises within six hours" },
  );
  const legend: string[] = [];
  const entry = (name: string, i: number, colour: string, dash: string) => {
    const y = 62 + 24 * i;
    legend.push(
      `<line x1="520" y1="${y - 4}" x2="544" y2="${y - 4}" stroke="${colour}" stroke-width="${i === 0 ? 4 : 2}"${dash}/>${text(550, y, name)}`,
    );
  };
  others.forEach(({ name, curve, shipped }, i) => {
    const colour = COLOURS[i % COLOURS.length] ?? INK;
    const dash = i < COLOURS.length ? undefined : "6 3";
    plot.line({ points: curve.map(({ perWeek, recall }) => [perWeek, recall]), colour, width: 1.5, ...(dash ? { dash } : {}) });
    for (const { falseAlarms, recall } of shipped) plot.point(falseAlarms.perWeek, recall.x5?.recall ?? 0, colour);
    entry(name, i + 1, colour, dash ? ` stroke-dasharray="${dash}"` : "");
  });
  if (own) plot.line({ points: own.curve.map(({ perWeek, recall }) => [perWeek, recall]), colour: PANEL, width: 4 });
  plot.point(panel.falseAlarms.perWeek, panel.recall.x5?.recall ?? 0, PANEL, 7);
  entry("tenfold's panel, and as shipped (large dot)", 0, PANEL, "");
  const frame = `<rect x="70" y="50" width="430" height="400" fill="none" stroke="${FAINT}"/>`;
  return picture(880, 500, "Recall against false alarms, six classes of series together", [frame, `${plot}`, ...legend]);
}
