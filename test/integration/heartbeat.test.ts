/** The dead man's heartbeat against a real HTTP service, on a clock set by hand. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Config, configSchema } from "../../config/schema.ts";
import { Heartbeat } from "../../src/app/heartbeat.ts";
import { ReplayClock } from "../../src/app/replay-clock.ts";
import { WorkLoops } from "../../src/app/work-loops.ts";
import { NEVER } from "../harness/notifier-context.ts";
import { startWebhookServer, type WebhookServer } from "../harness/webhook-server.ts";

const T0 = Date.UTC(2026, 10, 25, 12);
const SECOND = 1_000;

describe("the heartbeat", () => {
  let service: WebhookServer;
  let clock: ReplayClock;
  let config: Config;
  let trouble: () => Promise<string | undefined>;
  let logged: string[];
  let heartbeat: Heartbeat;

  function configure(more: object, over: object = {}): void {
    const settings = { url: `${service.url}/ping/s3cret-path`, every: "1m", ...more };
    config = configSchema.parse({ cluster: "prod-eu", monitoring: { heartbeat: settings }, ...over });
  }

  beforeEach(async () => {
    service = await startWebhookServer();
    clock = new ReplayClock(T0);
    trouble = async () => undefined;
    logged = [];
    configure({});
    const log = {
      info: (...what: unknown[]) => void logged.push(JSON.stringify(what)),
      warn: (...what: unknown[]) => void logged.push(JSON.stringify(what)),
    };
    heartbeat = new Heartbeat({ config: () => config, clock, log, trouble: () => trouble() });
  });
  afterEach(() => service.close());

  /** Looks every second for so many seconds; resolves with how many heartbeats came. */
  async function pass(seconds: number): Promise<number> {
    const before = service.received.length;
    for (let second = 0; second < seconds; second++) {
      await heartbeat.look(NEVER);
      clock.set(clock.now() + SECOND);
    }
    return service.received.length - before;
  }

  it("is sent at once and then at its interval, with the cluster and the time", async () => {
    expect(await pass(1)).toBe(1);
    expect(await pass(59)).toBe(0);
    expect(await pass(120)).toBe(2);
    expect(service.received[0]).toMatchObject({ path: "/ping/s3cret-path", headers: { "content-type": "application/json" } });
    expect(JSON.parse(service.received[0]?.body ?? "")).toEqual({
      status: "ok",
      cluster: "prod-eu",
      timestamp: "2026-11-25T12:00:00.000Z",
    });
    expect(logged).toEqual([]);
  });

  it("may be a GET without a body", async () => {
    configure({ method: "GET" });
    expect(await pass(1)).toBe(1);
    expect(service.received[0]?.body).toBe("");
    expect(service.received[0]?.headers["content-length"]).toBeUndefined();
  });

  it("stops while something is wrong, says so once, and goes on in the first second without trouble", async () => {
    expect(await pass(1)).toBe(1);
    trouble = async () => "store: Redis is not reachable";
    expect(await pass(600)).toBe(0);
    expect(logged).toEqual(['[{"state":"held-back","reason":"store: Redis is not reachable"},"heartbeat is not sent"]']);
    trouble = async () => {
      throw new Error("nobody can say");
    };
    expect(await pass(600)).toBe(0);
    trouble = async () => undefined;
    expect(await pass(1)).toBe(1);
    expect(logged.slice(1)).toEqual(['["heartbeat is sent again"]']);
  });

  it("is sent again after ten seconds when the service did not take it, and never puts its address in the log", async () => {
    service.answer({ status: 503 }, { status: 500 });
    expect(await pass(20)).toBe(2);
    expect(await pass(1)).toBe(1);
    expect(await pass(59)).toBe(0);
    expect(logged).toHaveLength(2);
    expect(logged[0]).toContain("server-error: HTTP 503");
    expect(logged.join()).not.toContain("s3cret-path");
  });

  it("reaches no private address that is not allowed", async () => {
    configure({}, { delivery: { allow_private: [] } });
    expect(await pass(60)).toBe(0);
    expect(logged[0]).toContain("forbidden-target");
  });

  it("follows a shorter interval after a reload, and a clock that was put back", async () => {
    configure({ every: "1h" });
    expect(await pass(1)).toBe(1);
    configure({ every: "30s" });
    expect(await pass(1)).toBe(1);
    configure({ every: "2h" });
    clock.set(clock.now() + 7_200 * SECOND);
    expect(await pass(1)).toBe(1);
    configure({ every: "10s" });
    expect(await pass(1)).toBe(1);
  });
});

describe("a loop's time since success", () => {
  it("grows while rounds fail or hang, and only then", async () => {
    const clock = new ReplayClock(T0);
    const log = { info: () => undefined, error: () => undefined } as never;
    const loops = new WorkLoops({ clock, store: { ping: async () => undefined }, log, onFailure: () => undefined });
    expect(loops.sinceSuccess("evaluate")).toBe(0);
    const stop = new AbortController();
    let round: () => Promise<void> = async () => undefined;
    const running = loops.run("evaluate", () => round(), SECOND, stop.signal);
    const turn = async (ms: number) => {
      clock.set(clock.now() + ms);
      await new Promise((resolve) => setImmediate(resolve));
    };
    await turn(SECOND);
    expect(loops.sinceSuccess("evaluate")).toBe(0);
    round = async () => {
      throw new Error("fails");
    };
    for (let times = 0; times < 30; times++) await turn(SECOND);
    expect(loops.sinceSuccess("evaluate")).toBe(30 * SECOND);
    let free = () => {};
    round = () => new Promise<void>((resolve) => (free = resolve));
    for (let times = 0; times < 30; times++) await turn(SECOND);
    expect(loops.sinceSuccess("evaluate")).toBe(60 * SECOND);
    free();
    await turn(0);
    expect(loops.sinceSuccess("evaluate")).toBe(0);
    stop.abort();
    await running;
  });
});
