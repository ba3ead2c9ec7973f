/** What people see of alerts and do to them. */
import { acknowledge, type OperationResult, resolveByHand } from "../alerting/lifecycle/index.ts";
import type { Matcher } from "../alerting/matchers.ts";
import {
  addSilence,
  createSilence,
  expireSilence,
  readSilences,
  SILENCES_VALUE,
  type Silence,
  type SilenceResult,
  silenceAlert,
  silenceState,
  writeSilences,
} from "../alerting/routing/silences.ts";
import type { Alert, Transition } from "../domain/alert.ts";
import { TenfoldError } from "../domain/errors.ts";
import { formatTime } from "../domain/time.ts";
import type { AlertQuery, OperatorAction, Page, SilenceInput } from "../http/api.ts";
import type { AlertRecord, AlertStore } from "../ports/alert-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { Lease } from "../ports/leases.ts";
import type { AuditTrail, Operator } from "./audit-trail.ts";

export interface AlertDeskOptions {
  readonly alerts: AlertStore;
  readonly clock: Clock;
  /** The coordinator's lease: who else holds it must be asked. */
  readonly lease: () => Lease | undefined;
  /** Alerts changed behind the coordinator's back: it must read them again. */
  readonly onChange: (transitions: readonly Transition[]) => void;
  /** Told of what people did before they are answered. */
  readonly audit?: AuditTrail;
}

const MAX_ALERTS = 10_000;

export class AlertDesk {
  readonly #options: AlertDeskOptions;
  #silences: readonly Silence[] = [];

  constructor(options: AlertDeskOptions) {
    this.#options = options;
  }

  /** Silences as of the last `loadSilences`. */
  get silences(): readonly Silence[] {
    return this.#silences;
  }

  async loadSilences(): Promise<void> {
    this.#silences = readSilences(await this.#options.alerts.readValue(SILENCES_VALUE));
  }

  async list(query: AlertQuery): Promise<Page<Alert>> {
    const records = await this.#options.alerts.listAlerts({ includeResolved: true, limit: MAX_ALERTS });
    const found = records
      .map((record) => record.alert)
      .filter((alert) => matches(alert, query))
      .sort((a, b) => (a.id < b.id ? 1 : -1));
    const { cursor } = query;
    const from = cursor === undefined ? found : found.filter((alert) => alert.id < cursor);
    const items = from.slice(0, query.limit);
    const last = items.at(-1);
    return from.length > items.length && last ? { items, cursor: last.id } : { items };
  }

  async get(id: string): Promise<Alert | undefined> {
    return (await this.#options.alerts.getAlert(id))?.alert;
  }

  async acknowledge(id: string, action: OperatorAction): Promise<Alert | undefined> {
    const { by, comment } = action;
    const until = action.until === undefined ? {} : { until: action.until };
    const alert = await this.#operate(id, (record, now) => acknowledge(record, { now, by, comment, ...until }));
    const untilText = action.until === undefined ? undefined : formatTime(action.until);
    if (alert) await this.#options.audit?.acknowledged(id, operatorOf(action), comment, untilText);
    return alert;
  }

  async resolve(id: string, action: OperatorAction): Promise<Alert | undefined> {
    const { by, comment } = action;
    const alert = await this.#operate(id, (record, now) => resolveByHand(record, { now, by, comment }));
    if (alert) await this.#options.audit?.resolved(id, operatorOf(action), comment);
    return alert;
  }

  /** `now`: when it was asked for, milliseconds; asked for twice at one time it is one silence. */
  async silence(id: string, action: OperatorAction, now = this.#options.clock.now()): Promise<Silence | undefined> {
    const alert = await this.get(id);
    if (!alert) return undefined;
    return this.#keep(silenceAlert(alert, action.by, action.comment, action.until ?? now, now), now, operatorOf(action));
  }

  async listSilences(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    await this.loadSilences();
    const now = this.#options.clock.now();
    return this.#silences.map((silence) => ({ ...silence, state: silenceState(silence, now) }));
  }

  create(input: SilenceInput): Promise<Silence> {
    const now = this.#options.clock.now();
    const matchers: Matcher[] = input.matchers.map(({ name, value, isRegex, isEqual }) => ({
      name,
      value,
      operator: isRegex ? (isEqual ? "=~" : "!~") : isEqual ? "=" : "!=",
    }));
    return this.#keep(createSilence({ ...input, matchers }, now), now, { by: input.createdBy, token: input.token });
  }

  async expire(id: string, operator: Operator): Promise<boolean> {
    await this.loadSilences();
    const rest = expireSilence(this.#silences, id, this.#options.clock.now());
    if (!rest) return false;
    await this.#store(rest);
    await this.#options.audit?.silenceDeleted(id, operator);
    return true;
  }

  async #keep(result: SilenceResult, now: number, operator: Operator): Promise<Silence> {
    if (!result.ok) throw new TenfoldError("invalid_request", `the silence was refused: ${result.reason}`);
    await this.loadSilences();
    if (this.#silences.some(({ id }) => id === result.silence.id)) return result.silence;
    await this.#store(addSilence(this.#silences, result.silence, now));
    await this.#options.audit?.silenceCreated(result.silence, operator);
    return result.silence;
  }

  async #store(silences: readonly Silence[]): Promise<void> {
    await this.#options.alerts.writeValue(SILENCES_VALUE, writeSilences(silences));
    this.#silences = silences;
  }

  async #operate(id: string, operation: (record: AlertRecord, now: number) => OperationResult): Promise<Alert | undefined> {
    const record = await this.#options.alerts.getAlert(id);
    if (!record) return undefined;
    const result = operation(record, this.#options.clock.now());
    if (!result.ok) throw new TenfoldError("invalid_request", `not possible: ${result.reason}`);
    const lease = this.#options.lease();
    if (!lease)
      throw new TenfoldError("store_unavailable", "another daemon coordinates; ask it, or try again", { retryAfter: 5 });
    const { transition } = result;
    const ok = await this.#options.alerts.commitAlerts({
      token: lease.token,
      alerts: [result.record],
      transitions: [transition],
      outbox: [],
    });
    if (!ok) throw new TenfoldError("store_unavailable", "the coordinator changed meanwhile; try again", { retryAfter: 5 });
    this.#options.onChange([transition]);
    return result.record.alert;
  }
}

function operatorOf({ by, token }: OperatorAction): Operator {
  return { by, token };
}

function matches(alert: Alert, query: AlertQuery): boolean {
  const { series } = alert;
  const anySeries = (wanted: string | undefined, of: (one: Alert["series"][number]) => string) =>
    wanted === undefined || series.some((one) => of(one) === wanted);
  const { digest } = query;
  return (
    (query.state.length === 0 || query.state.includes(alert.state)) &&
    (query.severity.length === 0 || query.severity.includes(alert.severity)) &&
    (query.cluster === undefined || alert.cluster === query.cluster) &&
    (query.regime === undefined || alert.regimes.includes(query.regime)) &&
    anySeries(query.namespace, (one) => one.namespace) &&
    anySeries(query.policy, (one) => one.policy) &&
    anySeries(query.workload, (one) => one.workload) &&
    (digest === undefined ||
      series.some((one) => one.digest.startsWith(digest)) ||
      alert.cause.suspects.some((suspect) => suspect.digest?.startsWith(digest)))
  );
}
