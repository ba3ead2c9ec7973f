/** The HTTP interface, answered by the engine and the desks. */
import type { TenfoldError } from "../domain/errors.ts";
import type { HttpApi, IngestRequest, IngestResult, Readiness, StreamEvent } from "../http/api.ts";
import { totalIgnored } from "../pipeline/ignored.ts";
import type { IngestResult as Ingested } from "../pipeline/ingest.ts";
import { receive } from "../pipeline/receive.ts";
import type { JournalStatus } from "../ports/journal.ts";
import type { PushSource } from "../ports/source.ts";
import type { Store } from "../ports/store.ts";
import { selectSources } from "../sources/index.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { AlertDesk } from "./alert-desk.ts";
import type { ChartDesk } from "./chart-desk.ts";
import type { CountDesk } from "./count-desk.ts";
import type { DeliveryDesk } from "./delivery-desk.ts";
import type { Engine } from "./engine.ts";
import type { EventHub } from "./event-hub.ts";
import type { ExplainDesk } from "./explain-desk.ts";
import type { KubernetesDesk } from "./kubernetes-desk.ts";
import type { SlackDesk } from "./slack-desk.ts";
import { yamlRecords } from "./yaml-records.ts";

export interface HttpApiOptions {
  readonly engine: Engine;
  readonly store: Store;
  readonly alerts: AlertDesk;
  readonly deliveries: DeliveryDesk;
  readonly counts: CountDesk;
  readonly charts: ChartDesk;
  readonly explain: ExplainDesk;
  readonly slack: SlackDesk;
  readonly hub: EventHub;
  readonly metrics: Metrics;
  readonly cluster: string;
  /** Rejected records described in one answer at most. */
  readonly maxErrors: number;
  /** Milliseconds evaluation is behind. */
  readonly lag: () => number;
  readonly reload: () => Promise<void>;
  /** State of the audit journal, when one is kept. */
  readonly journal: () => JournalStatus | undefined;
  /** The Kubernetes watch, when one is configured. */
  readonly kubernetes: KubernetesDesk | undefined;
}

/** Evaluation further behind than this is not ready, milliseconds. */
const MAX_LAG = 60_000;

export function createHttpApi(options: HttpApiOptions): HttpApi {
  const { alerts, counts, hub, metrics } = options;
  return {
    ingestEvents: (request) => ingest(request, "events", options),
    ingestChanges: (request) => ingest(request, "changes", options),
    listAlerts: (query) => alerts.list(query),
    getAlert: (id) => alerts.get(id),
    drawAlert: async (id, picture) => {
      const alert = await alerts.get(id);
      return alert && options.charts.draw(alert, picture);
    },
    acknowledgeAlert: (id, action) => alerts.acknowledge(id, action),
    resolveAlert: (id, action) => alerts.resolve(id, action),
    silenceAlert: async (id, action) => {
      const silence = await alerts.silence(id, action);
      return silence && { ...silence };
    },
    receiveSlackAction: (body, signature) => options.slack.receive(body, signature),
    listSilences: () => alerts.listSilences(),
    createSilence: async (input) => ({ ...(await alerts.create(input)) }),
    deleteSilence: (id, operator) => alerts.expire(id, operator),
    listDeliveries: (query) => options.deliveries.list(query),
    replayDelivery: (id, action) => options.deliveries.replay(id, action),
    listSeries: (query) => counts.series(query),
    readBuckets: (id, query) => counts.buckets(id, query),
    listChanges: (query) => counts.changes(query),
    explain: async (series, at) => {
      const explanation = await options.explain.explain(series, at);
      return explanation && { ...explanation };
    },
    subscribe: (listener: (event: StreamEvent) => void, lastEventId) => hub.subscribe(listener, lastEventId),
    metrics: () => {
      const journal = options.journal();
      if (journal) metrics.journal(journal);
      options.kubernetes?.measure();
      return metrics.render();
    },
    ready: () => readiness(options),
    reload: options.reload,
  };
}

async function ingest(request: IngestRequest, accepts: PushSource["accepts"], options: HttpApiOptions): Promise<IngestResult> {
  const { metrics } = options;
  const startedAt = performance.now();
  const result = await take(request, accepts, options);
  metrics.ingestTook((performance.now() - startedAt) / 1000);
  note(request.source, result, metrics);
  const { accepted, duplicates, errors } = result;
  return {
    accepted,
    duplicates,
    rejected: result.rejected,
    errors: errors.slice(0, options.maxErrors),
    ignored: result.ignored,
    understood: accepted + duplicates + totalIgnored(result.ignored),
  };
}

/** Apart from `ingest` so that decoded records are not held while the store is waited for. */
async function take(request: IngestRequest, accepts: PushSource["accepts"], options: HttpApiOptions): Promise<Ingested> {
  const candidates = selectSources(request.source, accepts);
  const yaml = request.mediaType.includes("yaml");
  const { records, rejected, rejectedCount } = yaml ? yamlRecords(request.body) : receive(request.body);
  return options.engine.ingest.records(records, candidates, request.cluster ?? options.cluster, rejected, rejectedCount);
}

function note(source: string, result: Ingested, metrics: Metrics): void {
  metrics.ingested(source, result, Date.now());
  for (const { code } of result.errors) metrics.rejected(source, code);
}

async function readiness(options: HttpApiOptions): Promise<Readiness> {
  const lag = options.lag();
  const behind = { name: "evaluator", ok: lag <= MAX_LAG, detail: `${Math.round(lag / 1000)} s behind` };
  const others = [...journalCheck(options.journal()), ...(options.kubernetes?.checks() ?? [])];
  try {
    await options.store.ping();
    return { ready: behind.ok, checks: [{ name: "store", ok: true }, behind, ...others] };
  } catch (error) {
    const detail = (error as TenfoldError).message;
    return { ready: false, checks: [{ name: "store", ok: false, detail }, behind, ...others] };
  }
}

/** A journal that cannot be written is told, and keeps nobody from sending: alerts matter more. */
function journalCheck(journal: JournalStatus | undefined): Readiness["checks"] {
  if (!journal) return [];
  const { trouble, waiting, dropped } = journal;
  if (trouble === undefined) return [{ name: "audit journal", ok: true }];
  return [{ name: "audit journal", ok: false, detail: `cannot be written; ${waiting} records wait, ${dropped} were dropped` }];
}
