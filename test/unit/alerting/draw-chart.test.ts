import { Resvg } from "@resvg/resvg-js";
import { describe, expect, it } from "vitest";
import { CHART_WIDTH, drawChart, spokenSummary } from "../../../src/alerting/chart/draw-chart.ts";
import { FONT_SIZE, niceCeiling } from "../../../src/alerting/chart/frame.ts";
import { PALETTES } from "../../../src/alerting/chart/palette.ts";
import { PICTURE_FONT, rasterise } from "../../../src/charts/rasterise.ts";
import type { AlertChart, ChartMark } from "../../../src/domain/alert-chart.ts";

const FROM = Date.parse("2026-11-23T09:30:00Z");
const MINUTE = 60_000;

function chart(over: Partial<AlertChart> = {}): AlertChart {
  const steps = (count: (index: number) => number) =>
    Array.from({ length: 40 }, (_, index) => ({ count: count(index), ...(index < 39 ? { expected: 1.5, upper: 5 } : {}) }));
  return {
    title: "pci-restrict-egress on payments/card-api",
    caption: "131 events where 12 were expected in 10 min: 10.9x",
    from: FROM,
    step: MINUTE,
    layers: [
      { label: "sha256:11223344 (1.4.2)", suspect: false, steps: steps((index) => (index < 30 ? 1 : 0)) },
      { label: "sha256:ab12cd34 (1.4.3)", suspect: true, steps: steps((index) => (index < 30 ? 0 : 13)) },
    ],
    marks: [
      { at: FROM + 29 * MINUTE, kind: "change", label: "rollout sha256:ab12cd34" },
      { at: FROM + 30 * MINUTE, kind: "onset", label: "onset" },
    ],
    ...over,
  };
}

function pixels(svg: string): ReadonlyMap<string, number> {
  const { pixels: bytes } = new Resvg(svg).render();
  const seen = new Map<string, number>();
  for (let at = 0; at < bytes.length; at += 4) {
    const colour = `#${bytes.subarray(at, at + 3).toString("hex")}`;
    seen.set(colour, (seen.get(colour) ?? 0) + 1);
  }
  return seen;
}

describe("the chart of an alert", () => {
  it("tells the numbers, the versions, the onset and the changes by short digest", () => {
    const svg = drawChart(chart(), { theme: "light" });
    for (const text of [
      "131 events where 12 were expected in 10 min: 10.9x",
      "sha256:11223344 (1.4.2)",
      "sha256:ab12cd34 (1.4.3)",
      ">rollout sha256:ab12cd34<",
      ">onset<",
      "events per 1 min, UTC",
      ">09:40<",
    ])
      expect(svg).toContain(text);
    expect(spokenSummary(chart())).toBe(
      "pci-restrict-egress on payments/card-api: 131 events where 12 were expected in 10 min: 10.9x. " +
        "rollout sha256:ab12cd34 at 09:59; onset at 10:00 (UTC)",
    );
  });

  it.each(["light", "dark"] as const)("shows each of its parts in the colours of the %s theme", (theme) => {
    const seen = pixels(drawChart(chart(), { theme }));
    const { ground, suspect, others, band, onset, change, expected } = PALETTES[theme];
    expect([...seen].sort((a, b) => b[1] - a[1])[0]?.[0]).toBe(ground);
    for (const colour of [suspect, others[0], band, onset, change, expected]) expect(seen.get(colour)).toBeGreaterThan(10);
  });

  it("gives every column the height of its count", () => {
    const svg = drawChart(chart(), { theme: "light" });
    const heights = [...svg.matchAll(/<rect [^>]*height="([\d.]+)"><title>\d\d:\d\d: (\d+) from/g)];
    expect(heights).toHaveLength(40);
    // Plot of 150 pixels; the axis ends at 20, the next of 1, 2, 5 times a power of ten after 13.
    for (const [, height, count] of heights) expect(Number(height)).toBeCloseTo((Number(count) * 150) / 20, 2);
    expect([1, 2.1, 5.5, 13, 99, 100].map(niceCeiling)).toEqual([1, 5, 10, 20, 100, 100]);
  });

  it("can be read on a phone: no text is smaller than 10 pixels at a width of 360", () => {
    expect((FONT_SIZE * 360) / CHART_WIDTH).toBeGreaterThan(10);
    const sizes = [...drawChart(chart(), { theme: "light" }).matchAll(/font-size="([\d.]+)"/g)].map(([, size]) => Number(size));
    expect(Math.min(...sizes)).toBe(FONT_SIZE);
  });

  it("is well-formed whatever the names are", () => {
    const hostile = `<script>&"'\u0000\ud800\uffff]]>\u202e${"x".repeat(500)}`;
    const marks: ChartMark[] = [{ at: FROM + MINUTE, kind: "change", label: hostile }];
    const [layer] = chart().layers;
    const svg = drawChart(
      chart({ title: hostile, caption: hostile, marks, layers: layer ? [{ ...layer, label: hostile }] : [] }),
      {
        theme: "dark",
      },
    );
    expect(new Resvg(svg).width).toBe(CHART_WIDTH);
    expect(svg).not.toContain("<script");
  });

  it("stays readable with many changes at once, and draws nothing outside of its time", () => {
    const marks = Array.from({ length: 30 }, (_, index): ChartMark => {
      return { at: FROM + 29 * MINUTE + index * 1000, kind: "change", label: `rollout sha256:${String(index).padStart(8, "0")}` };
    });
    const svg = drawChart(chart({ marks: [...marks, { at: FROM - 1, kind: "change", label: "before" }] }), { theme: "light" });
    const labels = svg.match(/>rollout sha256:/g) ?? [];
    expect(labels.length).toBeGreaterThan(0);
    expect(labels.length).toBeLessThanOrEqual(3);
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(30);
  });

  it("takes a chart without counts or expectations", () => {
    expect(new Resvg(drawChart(chart({ layers: [], marks: [] }), { theme: "light" })).width).toBe(CHART_WIDTH);
    const empty = [{ label: "all", suspect: false, steps: [{ count: 0 }, { count: 0 }] }];
    expect(new Resvg(drawChart(chart({ layers: empty }), { theme: "light" })).width).toBe(CHART_WIDTH);
  });

  it("becomes a PNG with the shipped font", async () => {
    const png = await rasterise(drawChart(chart(), { theme: "light", font: PICTURE_FONT }), 2.5);
    expect(png.subarray(0, 8).toString("hex")).toBe("89504e470d0a1a0a");
    expect(png.readUInt32BE(16)).toBe(2.5 * CHART_WIDTH);
    const unknownFont = await rasterise(drawChart(chart(), { theme: "light", font: "No Such Font" }), 2.5);
    expect(unknownFont.equals(png)).toBe(true);
    await expect(rasterise("no picture", 1)).rejects.toThrow();
  });
});
