import { describe, expect, it } from "vitest";
import { loadConfigText } from "../../../config/load.ts";
import type { Config } from "../../../config/schema.ts";
import { SeriesPanels } from "../../../src/app/series-panels.ts";
import type { Series } from "../../../src/domain/series.ts";
import { ALL } from "../pipeline/judging.ts";

const [CART] = ALL as readonly [Series];
const AT = Date.parse("2026-01-05T00:00:00Z");
/** ln(10080 * 1000): one false alarm a week among a thousand series. */
const FULL = 16.126064;

function configOf(text: string): Config {
  const loaded = loadConfigText(text, "test.yaml", {});
  if (!("config" in loaded)) throw new Error("the configuration is wrong");
  return loaded.config;
}

function panelsOf(text: string, resized = false): SeriesPanels {
  const panels = new SeriesPanels(configOf(text), { grewLately: () => resized });
  panels.configure(configOf(text), 1000);
  return panels;
}

/** What a series needs for an alarm, as its panel tells it. */
function needed(panels: SeriesPanels, series: Series = CART): number {
  const sample = { at: AT, width: 60_000, count: 1, clipped: 1, exposure: 60 };
  return panels.for(series, AT).step(undefined, sample).verdict.threshold;
}

const suspicious = (...evidence: readonly number[]) =>
  evidence.map((value, index) => ({ series: { ...CART, id: `s${index}` }, evidence: value }));

describe("the threshold of a budget that all series share", () => {
  const shared = "detection: {false_alarms: 1 per fleet-week}";

  it("is that of one series until two are suspicious", () => {
    const panels = panelsOf(shared);
    expect(needed(panels)).toBeCloseTo(FULL, 6);
    panels.settle(suspicious(40), AT);
    expect(needed(panels)).toBeCloseTo(FULL, 6);
    panels.settle(suspicious(40, FULL - Math.log(2) - 0.01, 6, 6, 6), AT);
    expect(needed(panels)).toBeCloseTo(FULL, 6);
  });

  it("falls by ln k when k series reach it by that, in steps, and rises again", () => {
    const panels = panelsOf(shared);
    const four = FULL - Math.log(4) + 0.01;
    panels.settle(suspicious(four, four, four, four, 7), AT);
    expect(needed(panels)).toBeCloseTo(FULL - Math.log(4), 6);
    // Five: between steps, so what four have earned.
    const five = FULL - Math.log(5) + 0.01;
    panels.settle(suspicious(five, five, five, five, five), AT);
    expect(needed(panels)).toBeCloseTo(FULL - Math.log(4), 6);
    panels.settle([], AT);
    expect(needed(panels)).toBeCloseTo(FULL, 6);
  });

  it("gives the same panel as long as nothing changes, so that steps need not be taken again", () => {
    const panels = panelsOf(shared);
    panels.settle(suspicious(30, 30, 30), AT);
    const before = panels.for(CART, AT);
    panels.settle(suspicious(31, 30, 29), AT);
    expect(panels.for(CART, AT)).toBe(before);
  });

  it("keeps what was earned when the configuration is read again", () => {
    const panels = panelsOf(shared);
    panels.settle(suspicious(30, 30), AT);
    panels.configure(configOf(shared), 2000);
    // Twice as many series share it, two of them are suspicious.
    expect(needed(panels)).toBeCloseTo(FULL, 6);
  });
});

it("is no matter for series with a budget of their own, nor are they counted", () => {
  const own = "detection: {false_alarms: 1 per 1000 series-weeks}";
  const panels = panelsOf(own);
  panels.settle(suspicious(40, 40, 40, 40), AT);
  expect(needed(panels)).toBeCloseTo(FULL, 6);
  const mixed = panelsOf(
    "detection: {false_alarms: 1 per fleet-week, overrides: [{match: ['policy=\"deny-egress\"'], false_alarms: 1 per 1000 series-weeks}]}",
  );
  const other = { ...CART, id: "other", policy: "pci" };
  mixed.settle(suspicious(40, 40, 40, 40), AT);
  expect(needed(mixed, other)).toBeCloseTo(FULL, 6);
  mixed.settle(
    [
      { series: other, evidence: 40 },
      { series: { ...other, id: "another" }, evidence: 40 },
    ],
    AT,
  );
  expect([needed(mixed), needed(mixed, other)]).toEqual([expect.closeTo(FULL, 6), expect.closeTo(FULL - Math.log(2), 6)]);
});
