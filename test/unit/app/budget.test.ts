import { describe, expect, it } from "vitest";
import { defaultConfig, loadConfigText } from "../../../config/load.ts";
import { panelOptions, panelRules } from "../../../src/app/policy.ts";
import { LiveSeries } from "../../../src/pipeline/live-series.ts";
import { createMemoryStore } from "../../../src/stores/memory/memory-store.ts";

function detectionOf(text: string) {
  const loaded = loadConfigText(text, "test.yaml", {});
  if (!("config" in loaded)) throw new Error("the configuration is wrong");
  return loaded.config.detection;
}

describe("the budget of false alarms", () => {
  it("of a series does not depend on how many there are", () => {
    const { detection } = defaultConfig();
    // ln(10080 * 1000).
    expect(panelOptions(detection, 1).lnThreshold).toBeCloseTo(16.126064, 6);
    expect(panelOptions(detection, 1_000_000).lnThreshold).toBeCloseTo(16.126064, 6);
  });

  it("of a fleet is shared by all series", () => {
    const detection = detectionOf("detection: {false_alarms: 1 per fleet-week}");
    // ln(10080 * 1e6).
    expect(panelOptions(detection, 1_000_000).lnThreshold).toBeCloseTo(23.033819, 6);
  });

  it("of a fleet is spent on the companion alone", () => {
    const detection = detectionOf(
      "detection: {false_alarms: 1 per fleet-week, overrides: [{match: ['policy=\"x\"'], false_alarms: 1 per 10 series-weeks}]}",
    );
    expect(panelOptions(detection, 1000).decidedBy).toBe("companion");
    expect(panelRules(detection, 1000)[0]?.options.decidedBy).toBe("both");
  });

  it("of an override may be of the other kind", () => {
    const detection = detectionOf(
      "detection: {overrides: [{match: ['policy=\"pci\"'], false_alarms: 1 per fleet-week}, {match: ['policy=\"x\"']}]}",
    );
    const [fleet, series] = panelRules(detection, 1000);
    // ln(10080 * 1000) both: a thousand series with one alarm a week, one with one in a thousand weeks.
    expect(fleet?.options.lnThreshold).toBeCloseTo(16.126064, 6);
    expect(series?.options.lnThreshold).toBeCloseTo(16.126064, 6);
    expect(panelRules(detection, 2000)[0]?.options.lnThreshold).toBeCloseTo(16.819211, 6);
  });
});

describe("the number of live series", () => {
  const store = () => createMemoryStore({ clock: { now: () => 0, sleep: async () => undefined } });

  it("is a power of two that holds them, and is told only when it changes", async () => {
    const live = new LiveSeries(store().alerts);
    expect(await live.update(0)).toBe(false);
    expect(await live.update(5)).toBe(true);
    expect(live.count).toBe(8);
    expect(await live.update(8)).toBe(false);
    expect(await live.update(9)).toBe(true);
    expect(live.count).toBe(16);
  });

  it("is the same in every daemon, and after a restart", async () => {
    const { alerts } = store();
    await new LiveSeries(alerts).update(300);
    const other = new LiveSeries(alerts);
    expect(await other.update(0)).toBe(true);
    expect(other.count).toBe(512);
  });
});
