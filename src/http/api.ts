/**
 * What the HTTP server serves, as a plain interface that the composition root implements. A method that is absent is not
 * built in this version: its route answers 501. Methods fail with a TenfoldError; any other error is a defect (500).
 */
import type { Alert, AlertState, Severity } from "../domain/alert.ts";
import type { ChangeKind } from "../domain/change.ts";
import type { ErrorCode } from "../domain/errors.ts";

export interface IngestRequest {
  /** Decompressed bytes as sent; never parsed before. Owned by the callee. */
  readonly body: Buffer;
  /** Media type in lower case without parameters; empty when the sender gave none. */
  readonly mediaType: string;
  /** Name of the source, `auto` by default. Not checked: unknown names fail with `unknown_source`. */
  readonly source: string;
  /** Cluster of records that do not name one, when the token says so. */
  readonly cluster: string | undefined;
}

export interface RecordError {
  readonly index: number;
  readonly code: ErrorCode;
  readonly message: string;
}

export interface IngestResult {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** The first of them, at most `limits.errors`. */
  readonly errors: readonly RecordError[];
  /** Records that rightly count as nothing, by reason. */
  readonly ignored: ReadonlyMap<string, number>;
  /** Records that a source recognised, whatever became of them. None of a body: the answer is 400. */
  readonly understood: number;
}

export interface AlertQuery {
  readonly state: readonly AlertState[];
  readonly severity: readonly Severity[];
  readonly cluster?: string;
  readonly namespace?: string;
  readonly regime?: string;
  readonly policy?: string;
  readonly workload?: string;
  /** `sha256:<64 hex>`, a prefix of that, or `unknown`. */
  readonly digest?: string;
  readonly limit: number;
  readonly cursor?: string;
}

export interface PictureRequest {
  readonly format: "png" | "svg";
  readonly theme: "light" | "dark";
  /** Pixels of the SVG; the PNG has a size of its own. */
  readonly width?: number;
}

export interface SeriesQuery {
  readonly cluster?: string;
  readonly policy?: string;
  readonly namespace?: string;
  readonly workload?: string;
  readonly digest?: string;
  readonly limit: number;
  readonly cursor?: string;
}

export interface ChangeQuery {
  readonly kind: readonly ChangeKind[];
  readonly cluster?: string;
  readonly namespace?: string;
  readonly workload?: string;
  readonly policy?: string;
  readonly digest?: string;
  /** Milliseconds. */
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
  readonly cursor?: string;
}

/** All times in milliseconds; what is absent the callee chooses. */
export interface BucketQuery {
  readonly from?: number;
  readonly to?: number;
  readonly step?: number;
}

/** One page of a list. `cursor` is absent on the last page. Items are sent as they are. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly cursor?: string;
}

/** What an operator did, and who. */
export interface OperatorAction {
  readonly by: string;
  /** Name of the token that was shown: unlike `by` not the caller's own choice. */
  readonly token?: string;
  readonly comment: string;
  /** Milliseconds; until when it holds. */
  readonly until?: number;
}

/** As in Alertmanager's API. */
export interface SilenceMatcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
}

export interface SilenceInput {
  /** Also when it silences every alert. */
  readonly force?: boolean;
  readonly matchers: readonly SilenceMatcher[];
  /** Milliseconds. */
  readonly startsAt: number | undefined;
  readonly endsAt: number;
  readonly createdBy: string;
  /** Name of the token that was shown. */
  readonly token?: string;
  readonly comment: string;
}

export interface DeliveryQuery {
  /** Empty: any. */
  readonly state: readonly ("pending" | "delivered" | "dead")[];
  readonly receiver?: string;
  /** Id of an alert. */
  readonly alert?: string;
  readonly limit: number;
  readonly cursor?: string;
}

/** One message to one target, and every attempt to deliver it. Without secrets. */
export interface DeliveryView {
  /** Idempotency key, the same for every attempt. */
  readonly id: string;
  readonly receiver: string;
  /** `receiver/kind/index`. */
  readonly target: string;
  readonly alert: string;
  readonly title: string;
  /** Order among the messages about this alert to this target. */
  readonly sequence: number;
  /** Type and reason of the transition that is told. */
  readonly type: string;
  readonly reason: string;
  readonly state: "pending" | "delivered" | "dead";
  readonly createdAt: string;
  /** Earliest next attempt; null when there will be none. */
  readonly dueAt: string | null;
  /** The last ones. `reason` from a closed list; `reference`: what the target calls the message. */
  readonly attempts: readonly {
    readonly at: string;
    readonly ok: boolean;
    readonly reason?: string;
    readonly detail?: string;
    readonly reference?: string;
  }[];
}

export interface StreamEvent {
  /** For `Last-Event-ID`, when the event can be asked for again. */
  readonly id?: string;
  /** `alert`, `counts` … */
  readonly event: string;
  /** Sent as JSON. */
  readonly data: unknown;
}

export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail?: string }[];
}

type Json = Readonly<Record<string, unknown>>;

export interface HttpApi {
  /** Resolves when every accepted record is counted in the store. */
  ingestEvents(request: IngestRequest): Promise<IngestResult>;
  ingestChanges(request: IngestRequest): Promise<IngestResult>;
  ingestLogs?(request: IngestRequest): Promise<IngestResult>;

  listAlerts?(query: AlertQuery): Promise<Page<Alert>>;
  getAlert?(id: string): Promise<Alert | undefined>;
  /** The picture of an alert: PNG, or SVG as text. Undefined when there is no such alert, or nothing counted to show. */
  drawAlert?(id: string, picture: PictureRequest): Promise<Buffer | string | undefined>;
  /** The alert after the action, or undefined when there is none of that id. */
  acknowledgeAlert?(id: string, action: OperatorAction): Promise<Alert | undefined>;
  resolveAlert?(id: string, action: OperatorAction): Promise<Alert | undefined>;
  /** `until` is always given. */
  silenceAlert?(id: string, action: OperatorAction): Promise<Json | undefined>;

  /** A button pressed in Slack, as Slack sent it. Rejects with `unauthorized` when it is not signed. */
  receiveSlackAction?(
    body: Buffer,
    given: { readonly timestamp: string | undefined; readonly signature: string | undefined },
  ): Promise<void>;

  listSilences?(): Promise<readonly Json[]>;
  /** The silence as it was stored, with its `id`. */
  createSilence?(input: SilenceInput): Promise<Json>;
  /** False when there is none of that id. */
  deleteSilence?(id: string, operator: { readonly by: string; readonly token?: string }): Promise<boolean>;

  listDeliveries?(query: DeliveryQuery): Promise<Page<DeliveryView>>;
  /** The delivery, due again; undefined when there is none. Fails with `invalid_request` when it is not dead. */
  replayDelivery?(id: string, action: OperatorAction): Promise<DeliveryView | undefined>;

  listSeries?(query: SeriesQuery): Promise<Page<Json>>;
  readBuckets?(seriesId: string, query: BucketQuery): Promise<Json | undefined>;
  listChanges?(query: ChangeQuery): Promise<Page<Json>>;
  explain?(series: string, at: number): Promise<Json | undefined>;

  /** Calls `listener` for each event from now on (and for those missed since `lastEventId`); the result ends it. */
  subscribe?(listener: (event: StreamEvent) => void, lastEventId: string | undefined): () => void;

  /** Prometheus text. */
  metrics(): Promise<{ readonly contentType: string; readonly body: string }>;
  ready(): Promise<Readiness>;
  /** Rejects with `invalid_configuration`; the old configuration stays. */
  reload?(): Promise<void>;
}
