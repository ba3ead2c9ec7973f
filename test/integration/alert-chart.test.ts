import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { Resvg } from "@resvg/resvg-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ChartDesk } from "../../src/app/chart-desk.ts";
import type { Engine } from "../../src/app/engine.ts";
import { chart as command } from "../../src/cli/chart.ts";
import { runProgram } from "../../src/cli/program.ts";
import type { Alert } from "../../src/domain/alert.ts";
import type { AlertChart } from "../../src/domain/alert-chart.ts";
import type { Store } from "../../src/ports/store.ts";
import { runSpike, type Spike } from "../harness/spike.ts";
import { startServer } from "./http/test-server.ts";

let spike: Spike;
let desk: ChartDesk;
let alert: Alert;
let folder = "";

function deskOf(store: Store, engine: Engine): ChartDesk {
  return new ChartDesk({
    store,
    timeline: engine.timeline,
    panelFor: (series) => engine.panelFor(series),
    onTrouble: (what, error) => {
      throw new Error(what, { cause: error });
    },
  });
}

beforeAll(async () => {
  spike = await runSpike();
  desk = deskOf(spike.store, spike.engine);
  const [record] = await spike.store.alerts.listAlerts({ includeResolved: true, limit: 1 });
  if (!record) throw new Error("nothing fired");
  alert = record.alert;
  folder = await mkdtemp(join(tmpdir(), "tenfold-chart-"));
});

afterAll(() => rm(folder, { recursive: true }));

async function chartOf(of: Alert): Promise<AlertChart> {
  const chart = await desk.chart(of);
  if (!chart) throw new Error("there is no chart");
  return chart;
}

describe("the chart of an alert", () => {
  it("has the alert's numbers in words, and columns that add up to them", async () => {
    const [lead] = alert.series;
    const chart = await chartOf(alert);
    expect(chart.title).toBe("pci-egress on payments/card-api");
    expect(chart.caption).toBe(`${lead?.observed} events, ${lead?.expected} expected in 10 min (${lead?.ratio}x)`);
    const onset = Date.parse(lead?.onsetAt ?? "");
    const first = (onset - chart.from) / chart.step;
    expect(Number.isInteger(first)).toBe(true);
    const suspect = chart.layers.at(-1);
    expect(suspect).toMatchObject({ label: "sha256:ab12cd34 (1.4.3)", suspect: true });
    const since = suspect?.steps.slice(first) ?? [];
    expect(since.reduce((sum, step) => sum + step.count, 0)).toBe(lead?.observed);
    expect(chart.from + since.length * chart.step + first * chart.step).toBeGreaterThanOrEqual(Date.parse(alert.updatedAt));
  });

  it("shows the version before it, what was expected, and the rollout before the onset", async () => {
    const chart = await chartOf(alert);
    expect(chart.layers[0]).toMatchObject({ label: "sha256:11223344 (1.4.2)", suspect: false });
    const quiet = chart.layers[0]?.steps.slice(0, 10).map((step) => step.count) ?? [];
    expect(quiet.reduce((sum, count) => sum + count, 0)).toBe((10 * chart.step * 2) / 60_000);
    const expected = chart.layers.flatMap(({ steps }) => steps.flatMap((step) => step.expected ?? []));
    expect(expected.length).toBeGreaterThan(0);
    expect(chart.marks.map(({ kind, label }) => [kind, label])).toEqual([
      ["change", "rollout sha256:ab12cd34"],
      ["onset", "onset"],
    ]);
    expect(chart.marks[0]?.at).toBe(spike.at - 20_000);
  });

  it("stays that of its message once it is kept, whatever is counted later", async () => {
    const before = await chartOf(alert);
    const kept = deskOf(spike.store, spike.engine);
    await kept.keep([alert]);
    const stored = await spike.store.alerts.readValue(`chart:${alert.id}:${alert.updatedAt}`);
    expect(JSON.parse(stored ?? "")).toEqual(before);
    expect(await chartOf(alert)).toEqual(before);
  });

  it("is nothing for an alert whose counts are gone", async () => {
    const [series] = alert.series;
    expect(series).toBeDefined();
    const gone = { ...alert, id: "gone", series: series ? [{ ...series, workload: "Deployment/other", id: "x" }] : [] };
    expect(await desk.chart(gone)).toBeUndefined();
    expect(await desk.picture({ ...alert, id: "none", series: [] }, "light")).toBeUndefined();
  });

  it("is written by the command as PNG and SVG, in both themes, by the route", async () => {
    const server = await startServer(
      {},
      {
        drawAlert: async (id, picture) => (id === alert.id ? desk.draw(alert, picture) : undefined),
      },
    );
    const run = async (...args: string[]) => {
      const stderr = new PassThrough();
      const io = { stdout: new PassThrough(), stderr, env: {}, color: false };
      const code = await runProgram(["chart", ...args, "--url", server.url], [command], "1.0.0", io);
      return { code, said: String(stderr.read() ?? "") };
    };
    const png = join(folder, "alert.png");
    const dark = join(folder, "dark.png");
    const svg = join(folder, "alert.svg");
    expect(await run(alert.id, "-o", png)).toEqual({ code: 0, said: "" });
    expect((await run(alert.id, "-o", dark, "--theme", "dark")).code).toBe(0);
    expect((await run(alert.id, "-o", svg)).code).toBe(0);
    expect((await readFile(png)).subarray(1, 4).toString()).toBe("PNG");
    expect((await readFile(dark)).equals(await readFile(png))).toBe(false);
    expect(new Resvg(await readFile(svg, "utf8")).width).toBe(440);
    expect(await run("other", "-o", png)).toMatchObject({ code: 1, said: expect.stringContaining("not_found") });
    expect((await run(alert.id, "-o", join(folder, "no", "such", "folder.png"))).code).toBe(1);
    const wide = await fetch(`${server.url}/v1/alerts/${alert.id}/chart.svg?width=900&theme=dark`);
    expect(wide.headers.get("content-type")).toBe("image/svg+xml; charset=utf-8");
    expect(new Resvg(await wide.text()).width).toBe(900);
    for (const bad of ["width=1", "width=9999", "theme=pink", "scale=3"])
      expect((await fetch(`${server.url}/v1/alerts/${alert.id}/chart.svg?${bad}`)).status).toBe(400);
  });
});
