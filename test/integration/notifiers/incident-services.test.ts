/** Every incident service is told the whole life of alerts, also of strange ones, and refuses nothing. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { testTransition } from "../../../src/cli/test-alert.ts";
import type { Transition } from "../../../src/domain/alert.ts";
import type { Change } from "../../../src/domain/change.ts";
import { notifierKinds } from "../../../src/notifiers/index.ts";
import type { Notifier } from "../../../src/ports/notifier.ts";
import { INCIDENTIO_TOKEN, startIncidentIo } from "../../harness/incident-services/incidentio.ts";
import { startOnCall } from "../../harness/incident-services/oncall.ts";
import { OPSGENIE_KEY, startOpsgenie } from "../../harness/incident-services/opsgenie.ts";
import { startPagerDuty } from "../../harness/incident-services/pagerduty.ts";
import { startRootly } from "../../harness/incident-services/rootly.ts";
import type { IncidentService } from "../../harness/incident-services/service.ts";
import { life, NEVER, notification, testContext } from "../../harness/notifier-context.ts";
import { BAD, finding, GOOD, imageCause, MINUTE, suspect, T0 } from "../../unit/alerting/alert-fixtures.ts";

const { webhook } = notifierKinds;
const ROUTING_KEY = "0123456789abcdef0123456789abcdef";

interface Service {
  readonly start: () => Promise<IncidentService>;
  readonly path: string;
  readonly secret: string;
  /** What the life of one alert looks like there: fired, worse, acknowledged, resolved. */
  readonly life: readonly string[];
  readonly seen: (request: IncidentService["taken"][number]) => string;
}

const field = (name: string) => (request: IncidentService["taken"][number]) =>
  String((request.json as Record<string, unknown>)[name]);

const SERVICES: Readonly<Record<string, Service>> = {
  pagerduty: {
    start: startPagerDuty,
    path: "/v2/enqueue",
    secret: ROUTING_KEY,
    life: ["trigger", "trigger", "acknowledge", "resolve"],
    seen: field("event_action"),
  },
  opsgenie: {
    start: startOpsgenie,
    path: "/v2/alerts",
    secret: OPSGENIE_KEY,
    life: ["alerts", "notes", "acknowledge", "close"],
    seen: ({ path }) => path.split("/").at(-1) ?? "",
  },
  incidentio: {
    start: startIncidentIo,
    path: "/v2/alert_events/http/01INVENTED",
    secret: INCIDENTIO_TOKEN,
    life: ["firing", "firing", "firing", "resolved"],
    seen: field("status"),
  },
  rootly: {
    start: startRootly,
    path: "/webhooks/incoming/generic_webhooks/notify/service/9",
    secret: "",
    life: ["firing", "firing", "firing", "resolved"],
    seen: field("state"),
  },
  oncall: {
    start: startOnCall,
    path: "/integrations/v1/formatted_webhook/invented-key/",
    secret: "",
    life: ["alerting", "alerting", "alerting", "ok"],
    seen: field("state"),
  },
};

/** As people and records may have it: long, empty of sense, of every script, with line ends and lone surrogates. */
const name = fc.oneof(
  fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }),
  fc.string({ minLength: 1, maxLength: 2_000, unit: "binary" }),
  fc.constantFrom("\r\nInjected: yes", "\ud800", "<b>&quot;</b>", '"},{"', "ä".repeat(1_100), "🚨".repeat(900)),
);

const LONG = "n".repeat(2_000);
const LONGEST = { policy: LONG, namespace: LONG, workload: LONG, image: LONG, cluster: LONG, text: LONG };

function acknowledged({ data }: Transition): Transition {
  const at = new Date(T0 + 3 * MINUTE).toISOString();
  const alert = { ...data, state: "acknowledged" as const, version: data.version + 1, updatedAt: at, acknowledgedBy: "ada" };
  return { type: "alert.acknowledged", timestamp: at, reason: "acknowledged-by-hand", data: alert };
}

describe.each(Object.entries(SERVICES))("%s", (format, { start, path, secret, life: expected, seen }) => {
  let service: IncidentService;
  let notifier: Notifier;
  beforeEach(async () => {
    service = await start();
    notifier = webhook.create(webhook.schema.parse({ format, url: `${service.url}${path}`, secret }), testContext());
  });
  afterEach(() => service.close());

  it("is told the life of an alert, in its own words, and takes all of it", async () => {
    const { fired, worse, resolved } = life();
    for (const transition of [fired, worse, acknowledged(worse), resolved])
      expect(await notifier.send(notification(transition), NEVER)).toEqual({ ok: true });
    expect(service.refused).toEqual([]);
    expect(service.taken.map(seen)).toEqual(expected);
  });

  it("takes the test alert, and one without any address of this installation", async () => {
    const test = testTransition(T0, "https://tenfold.example");
    expect(await notifier.send(notification(test, { test: true }), NEVER)).toEqual({ ok: true });
    expect(service.taken[0]?.text).toContain("[TEST]");
    const { fired } = life();
    const nowhere = { ...fired, data: { ...fired.data, links: { self: "/#/alerts/1", runbook: "wiki: pci" } } };
    expect(await notifier.send(notification(nowhere, { externalUrl: "" }), NEVER)).toEqual({ ok: true });
    expect(service.refused).toEqual([]);
  });

  it("takes alerts whose names are anything at all", async () => {
    const strange = fc.record({ policy: name, namespace: name, workload: name, image: name, cluster: name, text: name });
    await fc.assert(
      fc.asyncProperty(strange, async ({ text, ...of }) => {
        const service = await start();
        const notifier = webhook.create(webhook.schema.parse({ format, url: `${service.url}${path}`, secret }), testContext());
        const evidence = [{ kind: "dose", ln: 3, text }];
        const cause = imageCause({ suspects: [suspect({ ...of, evidence, actor: text })], notes: [text] });
        const { fired, worse, resolved } = life({ ...finding({}, of, cause), samples: [{ text, nested: { of } }] });
        for (const transition of [fired, worse, resolved]) await notifier.send(notification(transition), NEVER);
        await service.close();
        expect(service.refused).toEqual([]);
        expect(service.taken).toHaveLength(3);
      }),
      { seed: 20261125, numRuns: 40, endOnFailure: true, examples: [[LONGEST]] },
    );
  });

  it("refuses what is wrong: the servers of this test are strict", async () => {
    const wrong = [
      { body: "{", type: "application/json" },
      { body: "[]", type: "application/json" },
      { body: JSON.stringify({ title: 5, state: "on fire", status: "on fire" }), type: "application/json" },
      { body: '{"title":"a","state":"ok","status":"firing"}', type: "text/plain" },
    ];
    const authorization = format === "opsgenie" ? `GenieKey ${secret}` : `Bearer ${secret}`;
    for (const { body, type } of wrong) {
      const headers = { authorization, "content-type": type };
      const answer = await fetch(`${service.url}${path}`, { method: "POST", headers, body });
      expect(answer.status, body).toBeGreaterThanOrEqual(400);
    }
    expect(service.taken).toEqual([]);
  });
});

describe("PagerDuty change events", () => {
  let service: IncidentService;
  beforeEach(async () => {
    service = await startPagerDuty();
  });
  afterEach(() => service.close());

  const make = (over: object = {}) =>
    webhook.create(
      webhook.schema.parse({
        format: "pagerduty",
        url: `${service.url}/v2/enqueue`,
        secret: ROUTING_KEY,
        change_events: true,
        ...over,
      }),
      testContext(),
    );
  const rollout: Change = {
    id: "c1",
    time: T0,
    receivedAt: T0,
    kind: "rollout",
    phase: "started",
    cluster: "prod-eu",
    namespace: "payments",
    workload: "Deployment/card-api",
    container: "api",
    image: "registry.example/acme/card-api:1.4.3",
    digest: BAD,
    previousImage: "registry.example/acme/card-api:1.4.2",
    previousDigest: GOOD,
    actor: "argocd",
    revision: "9fceb02",
    url: "https://argocd.example/applications/card-api",
    source: "argocd",
  };
  const notice = (change: Change = rollout) => ({
    change,
    policies: ["pci-restrict-egress"],
    externalUrl: "https://tenfold.example",
  });

  it("say which version came, what ran before, and which policies watch the workload", async () => {
    expect(await make().tellChange?.(notice(), NEVER)).toEqual({ ok: true });
    expect(service.taken.map(({ path }) => path)).toEqual(["/v2/change/enqueue"]);
    expect(service.taken[0]?.json).toEqual({
      routing_key: ROUTING_KEY,
      payload: {
        summary: "payments/card-api in prod-eu: rolled out sha256:ab12cd34 (1.4.3), before sha256:99887766 (1.4.2)",
        timestamp: "2026-11-23T10:05:00.000Z",
        source: "prod-eu",
        custom_details: {
          kind: "rollout",
          namespace: "payments",
          workload: "Deployment/card-api",
          container: "api",
          image: "registry.example/acme/card-api:1.4.3",
          digest: BAD,
          previous_image: "registry.example/acme/card-api:1.4.2",
          previous_digest: GOOD,
          policies: ["pci-restrict-egress"],
          actor: "argocd",
          revision: "9fceb02",
          told_by: "argocd",
        },
      },
      links: [
        { href: "https://argocd.example/applications/card-api", text: "Change" },
        { href: "https://tenfold.example/", text: "Tenfold" },
      ],
    });
  });

  it("are taken whatever a change is called", async () => {
    await fc.assert(
      fc.asyncProperty(name, name, async (one, other) => {
        const change = { ...rollout, namespace: one, workload: other, image: one, actor: other, url: one, cluster: other };
        expect(await make().tellChange?.(notice(change), NEVER)).toEqual({ ok: true });
      }),
      // The service takes 120 calls a minute.
      { seed: 20261125, numRuns: 60, endOnFailure: true },
    );
    expect(service.refused).toEqual([]);
  });

  it("are told only where they are asked for", () => {
    expect(make({ change_events: false }).tellChange).toBeUndefined();
    expect(make({ format: "tenfold", secret: "" }).tellChange).toBeUndefined();
  });
});

describe("a picture for PagerDuty", () => {
  const imagesFor = async (self: string) => {
    const service = await startPagerDuty();
    try {
      const options = { format: "pagerduty", url: `${service.url}/v2/enqueue`, secret: ROUTING_KEY };
      const notifier = webhook.create(webhook.schema.parse(options), testContext());
      const { fired } = life();
      const transition = { ...fired, data: { ...fired.data, links: { ...fired.data.links, self } } };
      expect(await notifier.send(notification(transition), NEVER)).toMatchObject({ ok: true });
      const [trigger] = service.taken as readonly { readonly json: { readonly images?: unknown } }[];
      return trigger?.json.images;
    } finally {
      await service.close();
    }
  };

  it("is linked where it can be fetched over https, and left out elsewhere", async () => {
    const self = "https://tenfold.example/v1/alerts/01X";
    expect(await imagesFor(self)).toMatchObject([{ src: `${self}/chart.png`, href: self }]);
    expect(await imagesFor("http://127.0.0.1:8686/v1/alerts/01X")).toBeUndefined();
  });
});
