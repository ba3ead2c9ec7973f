/**
 * Which panel judges which series now: by configuration, after a resize of the workload, and where all series share one
 * budget, by how many of them are suspicious at once.
 */

import type { Config } from "../../config/schema.ts";
import type { Panel, PanelOptions } from "../../detectors/contract.ts";
import { createPanel } from "../../detectors/index.ts";
import { eDetectorBenjaminiHochberg } from "../../detectors/math/e-d-bh.ts";
import type { Series } from "../domain/series.ts";
import { choosePanels } from "../pipeline/panels.ts";
import { type Resizes, WATCHED_PER_WEEK } from "../pipeline/resizes.ts";
import type { Suspicious } from "../pipeline/suspicious-series.ts";
import { atMoments, panelOptions, panelRules } from "./policy.ts";

type Choice = (series: Series) => Panel;

/** The usual panels, and those after a resize. */
interface Choices {
  readonly usual: Choice;
  readonly afterResize: Choice;
}

/** Thresholds move in steps, so that panels change seldom: so many to each doubling of the number of suspicious series. */
const STEPS = 2;

export class SeriesPanels {
  readonly #resizes: Pick<Resizes, "grewLately">;
  /** Threshold of the panels of a shared budget before anything is taken off it. */
  #full = new WeakMap<Panel, number>();
  #config: Config;
  #liveSeries = 1;
  #relief = 0;
  /** With nothing taken off: against these is counted how many series are suspicious. */
  #unrelieved: Choices;
  #now: Choices;

  constructor(config: Config, resizes: Pick<Resizes, "grewLately">) {
    this.#config = config;
    this.#resizes = resizes;
    this.#unrelieved = this.#choices(0);
    this.#now = this.#unrelieved;
  }

  /** `liveSeries`: how many share a budget of the fleet. */
  configure(config: Config, liveSeries: number): void {
    this.#config = config;
    this.#liveSeries = liveSeries;
    this.#full = new WeakMap();
    this.#unrelieved = this.#choices(0);
    this.#now = this.#relief === 0 ? this.#unrelieved : this.#choices(this.#relief);
  }

  /** `at`: start of the bucket it is for; without it the usual one. */
  for(series: Series, at?: number): Panel {
    return this.#pick(this.#now, series, at);
  }

  /**
   * Given every so often all series whose evidence is noteworthy. With k of them at threshold / k or above, that is the
   * threshold of all from now on (e-detector Benjamini-Hochberg): false alarms stay a small share of what is found, whatever
   * the series have in common, and a rise in many sparse series is found earlier. Nothing is taken off the threshold of a
   * series with a budget of its own.
   */
  settle(suspicious: readonly Suspicious[], at: number): void {
    const values: number[] = [];
    for (const { series, evidence } of suspicious) {
      const full = this.#full.get(this.#pick(this.#unrelieved, series, at));
      if (full !== undefined) values.push(Math.exp(evidence - full));
    }
    const flagged = eDetectorBenjaminiHochberg(values, 1).length;
    const relief = flagged < 2 ? 0 : (Math.floor(STEPS * Math.log2(flagged)) * Math.LN2) / STEPS;
    if (relief === this.#relief) return;
    this.#relief = relief;
    this.#now = relief === 0 ? this.#unrelieved : this.#choices(relief);
  }

  #pick({ usual, afterResize }: Choices, series: Series, at: number | undefined): Panel {
    return at !== undefined && this.#resizes.grewLately(series, at) ? afterResize(series) : usual(series);
  }

  #choices(relief: number): Choices {
    const { detection } = this.#config;
    const options = panelOptions(detection, this.#liveSeries);
    const rules = panelRules(detection, this.#liveSeries);
    const choose = (change: (of: PanelOptions) => PanelOptions) =>
      choosePanels(
        (of) => this.#create(of, relief),
        change(options),
        rules.map((rule) => ({ ...rule, options: change(rule.options) })),
      );
    return { usual: choose((of) => of), afterResize: choose((of) => atMoments(of, WATCHED_PER_WEEK)) };
  }

  #create(options: PanelOptions, relief: number): Panel {
    if (options.decidedBy !== "companion") return createPanel(options);
    const panel = createPanel({ ...options, lnThreshold: options.lnThreshold - relief });
    this.#full.set(panel, options.lnThreshold);
    return panel;
  }
}
