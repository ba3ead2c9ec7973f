/**
 * Three days of a fleet with incidents of every kind, through the real pipeline. `tenfold bench incidents` runs the
 * twelve days and lists what was missed.
 */
import { describe, expect, it } from "vitest";
import { figuresOf, twelveDays } from "../../bench/incidents/index.ts";
import { runIncidents } from "../../bench/incidents/run.ts";
import { HOUR } from "../harness/records.ts";

describe("three days of a hundred series with a dozen incidents", () => {
  it("names the right digest, tells of nothing else, and misses nothing but resizes", async () => {
    const run = await runIncidents({ ...twelveDays(3), durationMs: 72 * HOUR });
    const figures = figuresOf(run);
    expect(run.series).toBeGreaterThanOrEqual(100);
    expect(run.innocent).toBeGreaterThanOrEqual(10);
    expect(figures.incidents).toBeGreaterThanOrEqual(10);
    expect(figures.rightDigest).toBe(1);
    expect(figures.falseAlarms).toBe(0);
    // A resize makes four times the events of a few pods; where these are rare an hour does not show it.
    const missed = run.score.found.filter(({ alert }) => alert === undefined).map(({ truth }) => truth.kind);
    expect(missed.filter((kind) => kind !== "scale")).toEqual([]);
    expect(figures.recall).toBeGreaterThanOrEqual(0.9);
    expect(figures.rightVerdict).toBeGreaterThanOrEqual(0.9);
  });
});
