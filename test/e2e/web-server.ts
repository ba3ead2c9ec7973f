import { join } from "node:path";
import type { Alert } from "../../src/domain/alert.ts";
import type { DeliveryView, HttpApi, StreamEvent } from "../../src/http/api.ts";
import type { TokenOption } from "../../src/http/options.ts";
import { createHttpServer } from "../../src/http/server.ts";

const MINUTE = 60_000;
export const GUILTY = `sha256:${"ab12cd34".repeat(8)}`;
export const INNOCENT = `sha256:${"5e6f7081".repeat(8)}`;
/** Text a hostile workload could put into a name. */
export const HOSTILE = '<img src=x onerror="document.title=`broken`">';

export interface WebServer {
  readonly url: string;
  /** What operators did through the page. */
  readonly acknowledged: readonly { readonly id: string; readonly by: string; readonly comment: string }[];
  /** Requests to read alerts so far. */
  readonly reads: () => number;
  /** Streams that are open now. */
  readonly streams: () => number;
  tell(event: StreamEvent): void;
  /** Keeps answers to reads of alerts back, as a slow line would, until the function it returns is called. */
  holdReads(): () => void;
  /** Ends all streams, as a restart would. */
  dropStreams(): Promise<void>;
  close(): Promise<void>;
}

/** The real HTTP server and page over a small, invented state: one bad rollout twelve minutes old. */
export async function startWebServer(tokens: readonly TokenOption[] = []): Promise<WebServer> {
  const now = Math.floor(Date.now() / 10_000) * 10_000;
  const alerts = new Map([[`alert-1`, invented(now)]]);
  const acknowledged: { id: string; by: string; comment: string }[] = [];
  const listeners = new Set<(event: StreamEvent) => void>();
  let reads = 0;
  let held = Promise.resolve();
  const api: HttpApi = {
    ingestEvents: () => Promise.reject(new Error("not part of this test")),
    ingestChanges: () => Promise.reject(new Error("not part of this test")),
    async listAlerts() {
      reads++;
      const items = [...alerts.values()];
      await held;
      return { items };
    },
    async acknowledgeAlert(id, { by, comment }) {
      const alert = alerts.get(id);
      if (!alert) return undefined;
      acknowledged.push({ id, by, comment });
      const after: Alert = { ...alert, state: "acknowledged", acknowledgedBy: by, version: alert.version + 1 };
      alerts.set(id, after);
      return after;
    },
    listDeliveries: async () => ({ items: [inventedDelivery(now)] }),
    async listSeries(query) {
      const all = inventedSeries(now);
      return { items: all.filter((one) => query.workload === undefined || one.workload === query.workload) };
    },
    async readBuckets(id, { from = now - 30 * MINUTE, to = now, step = MINUTE }) {
      return {
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        buckets: [...inventedBuckets(id, now, from, to, step)],
      };
    },
    async listChanges(query) {
      return {
        items: inventedChanges(now).filter((change) => query.workload === undefined || change.workload === query.workload),
      };
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    metrics: async () => ({ contentType: "text/plain", body: "" }),
    ready: async () => ({ ready: true, checks: [] }),
  };
  const options = {
    host: "127.0.0.1",
    tokens,
    allowedHosts: [],
    bodyLimit: 1 << 20,
    inFlightLimit: 1 << 20,
    requestTimeout: 10_000,
    drainTimeout: 200,
    streamClients: 10,
    webRoot: join(import.meta.dirname, "..", "..", "src", "web"),
    log: { warn: () => undefined, error: () => undefined },
  };
  let server = createHttpServer({ ...options, port: 0 }, api);
  const { url, port } = await server.listen();
  return {
    url,
    acknowledged,
    reads: () => reads,
    streams: () => listeners.size,
    tell: (event) => {
      for (const listener of listeners) listener(event);
    },
    holdReads() {
      let release = (): void => undefined;
      held = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
    async dropStreams() {
      await server.close();
      server = createHttpServer({ ...options, port }, api);
      await server.listen();
    },
    close: () => server.close(),
  };
}

function inventedDelivery(now: number): DeliveryView {
  const at = (minutes: number) => new Date(now - minutes * MINUTE).toISOString();
  return {
    ...{ id: "d1", receiver: "security", target: "security/slack/0", alert: "alert-1", title: "a title", sequence: 1 },
    ...{ type: "alert.fired", reason: "first", state: "dead", createdAt: at(11), dueAt: null },
    attempts: [
      { at: at(11), ok: false, reason: "timeout", detail: "no answer within 10 s" },
      { at: at(10), ok: false, reason: "client-error", detail: HOSTILE },
    ],
  };
}

const PLACE = { cluster: "prod-eu", namespace: "payments", workload: "Deployment/card-api" };

export function invented(now: number, more: Partial<Alert> = {}): Alert {
  const onset = now - 12 * MINUTE;
  const at = (time: number): string => new Date(time).toISOString();
  const image = "registry.acme.example/payments/card-api:1.4.3";
  return {
    id: "alert-1",
    fingerprint: "0".repeat(64),
    state: "firing",
    severity: "critical",
    version: 3,
    title: "PCI violations 10.9x on payments/card-api since sha256:ab12cd34 (1.4.3)",
    cluster: "prod-eu",
    regimes: ["pci"],
    onsetAt: at(onset),
    firedAt: at(onset + 90_000),
    updatedAt: at(now),
    resolvedAt: null,
    series: [
      {
        ...PLACE,
        id: "series-new",
        policy: "pci-restrict-egress",
        engine: "calico",
        digest: GUILTY,
        image,
        observed: 131,
        expected: 12,
        windowSeconds: 720,
        ratio: 10.9,
        ratioInterval: [8.9, 13.3],
        evidence: 42.7,
        detectors: ["focus", "mixture"],
        onsetAt: at(onset),
        quality: "exact",
      },
    ],
    cause: {
      verdict: "image",
      tier: "asserted",
      probability: 0.97,
      unexplained: 0.02,
      revision: 2,
      asOf: at(now),
      rollbackTarget: {
        digest: INNOCENT,
        image: "registry.acme.example/payments/card-api:1.4.2",
        proven: true,
        why: "ran 6 d at a normal rate",
      },
      dataQuality: { shareWithDigest: 1, shareByIp: 0, lateShare: 0.01 },
      suspects: [
        {
          ...PLACE,
          kind: "rollout",
          digest: GUILTY,
          image,
          previousDigest: INNOCENT,
          changedAt: at(onset - 42_000),
          lagSeconds: 42,
          actor: "argocd",
          revision: "9fceb02",
          probability: 0.97,
          evidence: [
            { kind: "dose", ln: 8.9, text: "38 of 44 events since 10:02 come from new pods, which were 30 % of pod-minutes" },
            { kind: "timing", ln: 2.1, text: "the rate rose 42 s after the rollout began" },
            { kind: "history", ln: -0.4, text: "the last 20 rollouts of this workload were harmless" },
          ],
        },
        {
          ...PLACE,
          kind: "policy",
          policy: "pci-restrict-egress",
          changedAt: at(onset - 50 * MINUTE),
          lagSeconds: 3000,
          probability: 0.01,
          evidence: [{ kind: "timing", ln: -5.2, text: "the edit was 50 min before the onset" }],
        },
      ],
    },
    samples: [],
    links: { self: "/v1/alerts/alert-1" },
    ...more,
  };
}

function inventedSeries(now: number) {
  const series = (id: string, policy: string, name: string, digest: string, image: string) => ({
    ...PLACE,
    id,
    level: "leaf",
    policy,
    workload: `Deployment/${name}`,
    digest,
    image,
    lastSeenAt: new Date(now).toISOString(),
  });
  return [
    series("series-new", "pci-restrict-egress", "card-api", GUILTY, "registry.acme.example/payments/card-api:1.4.3"),
    series("series-old", "pci-restrict-egress", "card-api", INNOCENT, "registry.acme.example/payments/card-api:1.4.2"),
    series(
      "series-a",
      "hipaa-phi-access",
      "patient-sync",
      `sha256:${"77aa".repeat(16)}`,
      "registry.acme.example/clinic/patient-sync:2.0.1",
    ),
    series(
      "series-b",
      "shell-in-container",
      HOSTILE,
      `sha256:${"0b1c".repeat(16)}`,
      "registry.acme.example/shop/order-api:3.2.0",
    ),
  ];
}

/** Old pods: about one a minute until the rollout; new ones: eleven a minute after it. Expected: one a minute. */
function* inventedBuckets(id: string, now: number, from: number, to: number, step: number) {
  const onset = now - 12 * MINUTE;
  for (let at = from; at < Math.min(to, now); at += step) {
    const wave = 1 + 0.5 * Math.sin(at / 170_000 + id.length);
    const perMinute =
      id === "series-new" ? (at >= onset ? 11 * wave : 0) : id === "series-old" ? (at < onset ? 1.2 * wave : 0) : 2 * wave;
    const share = step / MINUTE;
    const start = new Date(at).toISOString();
    const normal = id === "series-new" ? (at >= onset ? 1 : 0) : at < onset ? 1 : 0;
    yield { start, count: Math.round(perMinute * share), expected: normal * share, upper: normal * share * 2.6 };
  }
}

function inventedChanges(now: number): readonly Readonly<Record<string, unknown>>[] {
  const onset = now - 12 * MINUTE;
  const at = (time: number): string => new Date(time).toISOString();
  const rollout = {
    ...PLACE,
    kind: "rollout",
    digest: GUILTY,
    previousDigest: INNOCENT,
    image: "registry.acme.example/payments/card-api:1.4.3",
    actor: "argocd",
  };
  return [
    { ...rollout, id: "c2", time: at(onset + 138_000), phase: "finished", replicas: 6, previousReplicas: 0 },
    { ...rollout, id: "c1", time: at(onset - 42_000), phase: "started", replicas: 1, previousReplicas: 5 },
    {
      ...PLACE,
      id: "c3",
      time: at(onset - 25 * MINUTE),
      kind: "scale",
      workload: "Deployment/order-api",
      phase: "finished",
      replicas: 9,
      previousReplicas: 3,
    },
    {
      id: "c4",
      time: at(onset - 50 * MINUTE),
      kind: "policy",
      cluster: "prod-eu",
      namespace: "",
      policy: "pci-restrict-egress",
      phase: "finished",
      actor: "flux",
    },
  ];
}
