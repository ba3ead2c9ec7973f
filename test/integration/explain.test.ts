import { PassThrough } from "node:stream";
import { beforeAll, describe, expect, it } from "vitest";
import { ExplainDesk } from "../../src/app/explain-desk.ts";
import { explain as command } from "../../src/cli/explain.ts";
import { runProgram } from "../../src/cli/program.ts";
import type { Anomaly } from "../../src/domain/anomaly.ts";
import type { Explanation } from "../../src/pipeline/explain.ts";
import type { Store } from "../../src/ports/store.ts";
import { runSpike } from "../harness/spike.ts";
import { startServer } from "./http/test-server.ts";

const MINUTE = 60_000;
const HOUR = 3_600_000;

let store: Store;
let desk: ExplainDesk;
let anomaly: Anomaly;
let START: number;
/** From two events a minute to sixty. */
let SPIKE: number;
let END: number;

beforeAll(async () => {
  const spike = await runSpike(false);
  ({ store, start: START, at: SPIKE, end: END } = spike);
  desk = new ExplainDesk(spike.engine, store, spike.clock, spike.config);
  const shards = Array.from({ length: store.windows.shards }, (_, shard) => shard);
  const [found] = (await store.windows.readAnomalies(shards)).flatMap((own) => [...own.values()]);
  anomaly = JSON.parse(found ?? "{}") as Anomaly;
});

async function explained(at: number, series = anomaly.series.id): Promise<Explanation> {
  const explanation = await desk.explain(series, at);
  if (!explanation) throw new Error("no such series");
  return explanation;
}

describe("an explanation of now", () => {
  it("is exact: it has the very numbers that the anomaly was judged by", async () => {
    const now = await explained(END);
    expect(now).toMatchObject({ basis: "exact", phase: "open", observed: anomaly.observed, evidence: anomaly.evidence });
    expect(now.expected).toBe(anomaly.expected);
    expect(now.at).toBe(new Date(END).toISOString());
  });

  it("names the alert that holds the series, and nothing that stopped it", async () => {
    const now = await explained(END);
    const [record] = await store.alerts.listAlerts({ includeResolved: true, limit: 1 });
    expect(now).toMatchObject({ alert: record?.alert.id, stoppedBy: null });
    expect(now.gates.slice(-3).map(({ name, passed }) => [name, passed])).toEqual([
      ["anomaly", true],
      ["alert", true],
      ["not-silenced", true],
    ]);
  });

  it("leaves everything as it was: asked twice it says the same", async () => {
    expect(await explained(END)).toEqual(await explained(END));
  });
});

describe("an explanation of an earlier time", () => {
  it("says that it is reconstructed, and which gate stopped it", async () => {
    const before = await explained(SPIKE - MINUTE);
    expect(before).toMatchObject({ basis: "reconstructed", phase: "quiet", stoppedBy: "evidence", alert: null });
    // Two a minute over ten minutes.
    expect(before.observed).toBe(20);
    expect(before.evidence).toBeLessThan(before.threshold);
    expect(before.gates[0]).toMatchObject({ name: "evidence", needed: before.threshold, passed: false });
    expect(before.expected).toBeGreaterThan(15);
    expect(before.expected).toBeLessThan(30);
  });

  it("finds the spike in the counts while it was on", async () => {
    const during = await explained(END - 3 * MINUTE);
    expect(during).toMatchObject({ basis: "reconstructed", phase: "open", stoppedBy: null });
    expect(during.ratio).toBeGreaterThan(10);
  });

  it("before the first event there was nothing to judge by", async () => {
    expect(await explained(START - HOUR)).toMatchObject({
      phase: "warming",
      observed: 0,
      expected: null,
      stoppedBy: "learned-minutes",
    });
  });
});

describe("GET /v1/explain and tenfold explain", () => {
  async function serve(): Promise<string> {
    const { url } = await startServer({}, { explain: async (series, at) => ({ ...(await explained(at, series)) }) });
    return url;
  }

  async function tenfold(...args: readonly string[]) {
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    const code = await runProgram(["explain", ...args], [command], "1.0.0", { stdout, stderr, env: {}, color: false });
    return { code, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
  }

  const atEnd = () => new Date(END).toISOString();

  it("take the beginning of an id", async () => {
    const url = await serve();
    const { id } = anomaly.series;
    const result = await tenfold(id.slice(0, 12), "--at", atEnd(), "--url", url, "--format", "json");
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(result.stdout)).toEqual(JSON.parse(JSON.stringify(await explained(END))));
  });

  it("print the answer first", async () => {
    const { stdout } = await tenfold(anomaly.series.id, "--at", atEnd(), "--url", await serve());
    expect(stdout.split("\n")[0]).toBe(`FIRING: alert ${(await explained(END)).alert}`);
    const early = await tenfold(anomaly.series.id, "--at", new Date(SPIKE - MINUTE).toISOString(), "--url", await serve());
    expect(early.stdout).toMatch(/^NOT FIRING, stopped by evidence: /);
    expect(early.stdout).toMatch(/^ {2}STOP {2}evidence/m);
  });

  it("answer an unknown series with 404 and exit 1", async () => {
    const { url } = await startServer({}, { explain: async (series, time) => (await desk.explain(series, time)) as never });
    expect((await fetch(`${url}/v1/explain?series=none&at=${END}`)).status).toBe(404);
    const result = await tenfold("none", "--at", atEnd(), "--url", url);
    expect(result).toEqual({ code: 1, stdout: "", stderr: 'error: there is no series "none" (not_found)\n' });
  });

  it("answer a time in the future with 400 and exit 2", async () => {
    const { url } = await startServer({}, { explain: async (series, time) => (await desk.explain(series, time)) as never });
    expect((await fetch(`${url}/v1/explain?series=none&at=${END + HOUR}`)).status).toBe(400);
    expect((await tenfold("none", "--at", String(END + HOUR), "--url", url)).code).toBe(2);
  });

  it("do not take a wrong time, and say where no daemon answers", async () => {
    const wrong = await tenfold("abc", "--at", "noon");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('--at "noon" is not a time');
    const { url, server } = await startServer();
    await server.close();
    const gone = await tenfold("abc", "--at", atEnd(), "--url", url);
    expect(gone.code).toBe(1);
    expect(gone.stderr).toContain(`no daemon answers at ${url} (ECONNREFUSED)`);
  });
});
