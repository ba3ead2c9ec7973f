/** Which detector panel judges which series: the default, or that of the first override that matches. */
import type { Panel, PanelOptions } from "../../detectors/contract.ts";
import { parseMatchers } from "../alerting/matcher-syntax.ts";
import { compileMatchers } from "../alerting/matchers.ts";
import type { Series } from "../domain/series.ts";
import { seriesLabels } from "./series-labels.ts";

export interface PanelRule {
  readonly match: readonly string[];
  readonly options: PanelOptions;
}

const MAX_REMEMBERED = 200_000;

/** The answer is remembered per series, so asking is one look-up. Throws on a bad matcher. */
export function choosePanels(
  create: (options: PanelOptions) => Panel,
  defaults: PanelOptions,
  overrides: readonly PanelRule[],
): (series: Series) => Panel {
  const standard = create(defaults);
  if (overrides.length === 0) return () => standard;
  const rules = overrides.map((rule) => ({
    holds: compileMatchers(rule.match.flatMap((text) => parseMatchers(text))),
    panel: create(rule.options),
  }));
  let remembered = new Map<string, Panel>();
  return (series) => {
    const known = remembered.get(series.id);
    if (known) return known;
    const labels = seriesLabels(series);
    const panel = rules.find((rule) => rule.holds(labels))?.panel ?? standard;
    if (remembered.size >= MAX_REMEMBERED) remembered = new Map();
    remembered.set(series.id, panel);
    return panel;
  };
}
