/** Rollouts on the way from the timeline to PagerDuty: a real timeline and store, and a service as strict as the real one. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { configSchema } from "../../config/schema.ts";
import { createReceivers } from "../../src/app/receivers.ts";
import { ReplayClock } from "../../src/app/replay-clock.ts";
import type { TimelineRecord } from "../../src/domain/observation.ts";
import { createTimeline, type Timeline } from "../../src/identity/timeline.ts";
import { ChangeTeller } from "../../src/pipeline/tell-changes.ts";
import type { Store } from "../../src/ports/store.ts";
import { createMemoryStore } from "../../src/stores/memory/memory-store.ts";
import { increment, series, Writer } from "../contract/store-fixtures.ts";
import { startPagerDuty } from "../harness/incident-services/pagerduty.ts";
import type { IncidentService } from "../harness/incident-services/service.ts";
import { NEVER } from "../harness/notifier-context.ts";
import { startWebhookServer } from "../harness/webhook-server.ts";
import { API, change, digest, MINUTE, minute, pod } from "../unit/identity/timeline-records.ts";

const HOUR = 60 * MINUTE;
const KEY = "0123456789abcdef0123456789abcdef";

describe("change events", () => {
  let service: IncidentService;
  let clock: ReplayClock;
  let store: Store;
  let timeline: Timeline;
  let teller: ChangeTeller;
  let refused: string[];
  const writer = new Writer("test");

  beforeEach(async () => {
    service = await startPagerDuty();
    clock = new ReplayClock(minute(-60));
    const { buckets } = configSchema.parse({});
    store = createMemoryStore({ clock, width: buckets.width, retention: buckets.retention });
    timeline = createTimeline();
    refused = [];
    teller = create(service.url);
  });
  afterEach(() => service.close());

  /** Another daemon, or this one after a restart: only the store is left. */
  function create(url: string, receiver = "on-call"): ChangeTeller {
    const webhook = [{ format: "pagerduty", url: `${url}/v2/enqueue`, secret: KEY, change_events: true }];
    const config = configSchema.parse({ receivers: [{ name: receiver, webhook }] });
    const receivers = createReceivers(config, store.alerts, {
      ...{ clock, color: false, picture: async () => undefined },
      ...{ write: () => undefined, warn: () => undefined },
    });
    return new ChangeTeller({
      ...{ windows: store.windows, values: store.alerts, clock, externalUrl: "https://tenfold.example" },
      changes: (filter) => timeline.changes(filter),
      targets: () => receivers.changeTargets,
      onRefused: (target, detail) => refused.push(`${target} ${detail}`),
    });
  }

  const apply = (...records: readonly TimelineRecord[]) => {
    for (const record of records) timeline.apply(record);
  };
  const count = (over: object = {}) => writer.flush(store, [increment(series({ ...API, ...over }), minute(0), 1)]);

  /** Looks every ten seconds until so many minutes; resolves with the summaries that came. */
  async function until(minutes: number): Promise<string[]> {
    const before = service.taken.length;
    while (clock.now() < minute(minutes)) {
      await teller.look(NEVER);
      clock.set(clock.now() + 10_000);
    }
    return service.taken.slice(before).map(({ json }) => (json as { payload: { summary: string } }).payload.summary);
  }

  const pods = (letter: string, from: number, to?: number) =>
    pod(`${letter}${from}`, {
      ...{ hash: `${letter}${from}`, digest: digest(letter), image: `registry.test/api:${letter}`, ready: from },
      ...(to === undefined ? {} : { ended: to, seen: to }),
    });

  it("tell every new version once, in order, with the policies that watch the workload", async () => {
    await count();
    await count({ policy: "hipaa" });
    apply(pods("a", -300));
    expect(await until(0)).toEqual([]);
    apply(pods("a", -300, 11), pods("b", 10));
    expect(await until(20)).toEqual(["shop/api in east: rolled out sha256:bbbbbbbb (b), before sha256:aaaaaaaa (a)"]);
    expect(service.taken[0]?.json).toMatchObject({ payload: { custom_details: { policies: ["hipaa", "pci-egress"] } } });
    apply(pods("b", 10, 31), pods("a", 30));
    expect(await until(40)).toEqual(["shop/api in east: rolled back to sha256:aaaaaaaa (a), before sha256:bbbbbbbb (b)"]);
    teller = create(service.url);
    expect(await until(300)).toEqual([]);
    expect(refused).toEqual([]);
  });

  it("wait for who announced a rollout, and tell it once though pods show it at another time", async () => {
    await count();
    apply(pods("a", -300));
    await until(0);
    apply(pods("b", 10), change(9.8, { kind: "rollout", digest: digest("b"), actor: "argocd", url: "https://argocd.example/a" }));
    expect(await until(20)).toHaveLength(1);
    expect(service.taken[0]?.json).toMatchObject({
      payload: { custom_details: { actor: "argocd" } },
      links: [{ href: "https://argocd.example/a", text: "Change" }, {}],
    });
  });

  it("say nothing of workloads that no policy has counted, until one has", async () => {
    apply(pods("a", -300));
    await until(0);
    apply(pods("a", -300, 11), pods("b", 10));
    expect(await until(30)).toEqual([]);
    await count();
    expect(await until(33)).toHaveLength(1);
  });

  it("say nothing of what happened before they were asked for, and of scaling and edits", async () => {
    await count();
    apply(pods("a", -300), pods("b", -200));
    apply(change(1, { kind: "scale", replicas: 9 }), change(2, { kind: "config" }));
    expect(await until(20)).toEqual([]);
  });

  it("keep to a pace that leaves room for alerts, and lose nothing", async () => {
    const workloads = Array.from({ length: 60 }, (_, index) => `Deployment/w${index}`);
    for (const workload of workloads) await count({ workload });
    await until(0);
    apply(...workloads.map((workload) => change(1, { kind: "rollout", workload, digest: digest("b") })));
    expect((await until(2)).length).toBeLessThanOrEqual(24);
    expect((await until(3)).length).toBeLessThanOrEqual(24);
    await until(10);
    expect(service.taken).toHaveLength(60);
    expect(refused).toEqual([]);
  });

  it("are tried again when the service does not answer, and given up when it refuses", async () => {
    const broken = await startWebhookServer();
    broken.answer({ status: 503 }, { status: 429, headers: { "retry-after": "600" } }, { status: 400 });
    await count();
    apply(pods("a", -300));
    teller = create(broken.url);
    await until(0);
    apply(pods("a", -300, 11), pods("b", 10));
    await until(120);
    expect(broken.received).toHaveLength(3);
    expect(refused.map((line) => line.split(":")[0])).toEqual([
      "on-call/webhook/0 server-error",
      "on-call/webhook/0 rate-limited",
      "on-call/webhook/0 client-error",
    ]);
    expect(refused.join()).not.toContain(KEY);
    await broken.close();
  });

  it("are not repeated after another daemon told meanwhile", async () => {
    await count();
    apply(pods("a", -300));
    await until(0);
    const other = create(service.url);
    apply(pods("a", -300, 11), pods("b", 10));
    clock.set(minute(12));
    await other.look(NEVER);
    expect(service.taken).toHaveLength(1);
    teller.forget();
    expect(await until(30)).toEqual([]);
    clock.set(minute(10) + 8 * HOUR);
    expect(await until(9 * 60)).toEqual([]);
  });
});
