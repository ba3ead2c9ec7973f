/** Pictures of alerts. What a message showed is kept, so that a late or repeated delivery shows the numbers of its text. */
import type { Panel } from "../../detectors/index.ts";
import { drawChart } from "../alerting/chart/draw-chart.ts";
import type { ChartTheme } from "../alerting/chart/palette.ts";
import type { Alert } from "../domain/alert.ts";
import type { AlertChart } from "../domain/alert-chart.ts";
import type { Series } from "../domain/series.ts";
import type { PictureRequest } from "../http/api.ts";
import type { Timeline } from "../identity/timeline.ts";
import { alertChart } from "../pipeline/alert-chart.ts";
import type { AlertPicture } from "../ports/notifier.ts";
import type { Store } from "../ports/store.ts";
import { drawPicture } from "./draw-picture.ts";

export interface ChartDeskOptions {
  readonly store: Store;
  readonly timeline: Timeline;
  readonly panelFor: (series: Series) => Panel;
  readonly onTrouble: (what: string, error: unknown) => void;
}

/** A chart is kept longer than a message is retried, and as long as people look at what happened, milliseconds. */
const KEEP = 7 * 86_400_000;
/** Charts kept for one step's messages: in a storm the text matters. */
const MOST_AT_ONCE = 20;

export class ChartDesk {
  readonly #options: ChartDeskOptions;

  constructor(options: ChartDeskOptions) {
    this.#options = options;
  }

  /** Call when alerts were told, with the alerts as they were told. Never rejects. */
  async keep(alerts: readonly Alert[]): Promise<void> {
    try {
      for (const alert of alerts.slice(0, MOST_AT_ONCE)) {
        const chart = await this.#make(alert);
        if (chart) await this.#options.store.alerts.writeValue(nameOf(alert), JSON.stringify(chart), KEEP);
      }
    } catch (error) {
      this.#options.onTrouble("chart", error);
    }
  }

  /** What was counted when the alert got the numbers it has. Rejects with `store_unavailable`. */
  async chart(alert: Alert): Promise<AlertChart | undefined> {
    const kept = await this.#options.store.alerts.readValue(nameOf(alert));
    return kept === undefined ? this.#make(alert) : (JSON.parse(kept) as AlertChart);
  }

  async picture(alert: Alert, theme: ChartTheme): Promise<AlertPicture | undefined> {
    const chart = await this.chart(alert);
    return chart && drawPicture(chart, theme);
  }

  async draw(alert: Alert, { format, theme, width }: PictureRequest): Promise<Buffer | string | undefined> {
    if (format === "png") return (await this.picture(alert, theme))?.png;
    const chart = await this.chart(alert);
    return chart && drawChart(chart, { theme, ...(width === undefined ? {} : { width }) });
  }

  #make(alert: Alert): Promise<AlertChart | undefined> {
    const { store, timeline, panelFor } = this.#options;
    return alertChart(alert, {
      windows: store.windows,
      panelFor,
      shareOf: (...of) => timeline.share(...of),
      changes: (cluster, from, to) => timeline.changes({ cluster, from, to }),
    });
  }
}

/** `updatedAt` tells the numbers of an alert apart; its version does not change with each of them. */
function nameOf({ id, updatedAt }: Alert): string {
  return `chart:${id}:${updatedAt}`;
}
