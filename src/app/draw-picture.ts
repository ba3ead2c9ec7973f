/** A chart as messages carry it. */
import { drawChart, spokenSummary } from "../alerting/chart/draw-chart.ts";
import type { ChartTheme } from "../alerting/chart/palette.ts";
import { PICTURE_FONT, rasterise } from "../charts/rasterise.ts";
import type { AlertChart } from "../domain/alert-chart.ts";
import type { AlertPicture } from "../ports/notifier.ts";

/** 1100 pixels for the 440 of the drawing: sharp on every screen. */
const SCALE = 2.5;

export async function drawPicture(chart: AlertChart, theme: ChartTheme): Promise<AlertPicture> {
  return { png: await rasterise(drawChart(chart, { theme, font: PICTURE_FONT }), SCALE), alt: spokenSummary(chart) };
}
