/** What operators see of messages owed, delivered and given up, and how they have a given-up one sent again. */
import type { Transition } from "../domain/alert.ts";
import { TenfoldError } from "../domain/errors.ts";
import { formatTime } from "../domain/time.ts";
import type { DeliveryQuery, DeliveryView, OperatorAction, Page } from "../http/api.ts";
import type { OutboxContext } from "../pipeline/dispatch.ts";
import type { AlertStore, OutboxItem } from "../ports/alert-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { AuditTrail } from "./audit-trail.ts";

export interface DeliveryDeskOptions {
  readonly alerts: Pick<AlertStore, "listOutbox" | "revive">;
  readonly clock: Clock;
  readonly audit: AuditTrail;
  /** Something became due. */
  readonly wake: () => void;
}

/** The outbox is bounded by what is owed and by what stores keep of the rest; this is beyond both. */
const ALL = 1_000_000;

export class DeliveryDesk {
  readonly #options: DeliveryDeskOptions;

  constructor(options: DeliveryDeskOptions) {
    this.#options = options;
  }

  /** Newest first. */
  async list(query: DeliveryQuery): Promise<Page<DeliveryView>> {
    const { cursor, limit } = query;
    const items = await this.#options.alerts.listOutbox({ limit: ALL });
    const found = items
      .map((item) => ({ place: placeOf(item), view: viewOf(item) }))
      .filter(({ place, view }) => matches(view, query) && (cursor === undefined || place < cursor))
      .sort((a, b) => (a.place < b.place ? 1 : -1));
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const views = page.map(({ view }) => view);
    return found.length > page.length && last ? { items: views, cursor: last.place } : { items: views };
  }

  /**
   * Sends a dead message again, under its own idempotency key; `id` may be the beginning of one. Undefined when there is
   * none. Fails with `invalid_request` when it is not dead, or several begin like that.
   */
  async replay(id: string, { by, token, comment }: OperatorAction): Promise<DeliveryView | undefined> {
    const { alerts, clock, audit, wake } = this.#options;
    const items = await alerts.listOutbox({ limit: ALL });
    const [item, other] = items.filter((one) => one.id.startsWith(id));
    if (!item) return undefined;
    if (other) throw new TenfoldError("invalid_request", `several deliveries begin with ${JSON.stringify(id)}`);
    const now = clock.now();
    if (!(await alerts.revive(item.id, now)))
      throw new TenfoldError("invalid_request", `not a dead letter: this delivery is ${item.state}`);
    const view = viewOf({ ...item, state: "pending", dueAt: now });
    const { alert, id: notification, target } = view;
    await audit.deliveryReplayed(alert, { by, token }, { notification, target, comment });
    wake();
    return view;
  }
}

function matches(view: DeliveryView, { state, receiver, alert }: DeliveryQuery): boolean {
  return (
    (state.length === 0 || state.includes(view.state)) &&
    (receiver === undefined || view.receiver === receiver) &&
    (alert === undefined || view.alert === alert)
  );
}

/** Sorts as text in the order of creation. */
function placeOf(item: OutboxItem): string {
  return `${String(item.createdAt).padStart(15, "0")}.${item.id}`;
}

function viewOf({ id, target, key, sequence, state, createdAt, dueAt, attempts, payload, context }: OutboxItem): DeliveryView {
  const { type, reason, data } = JSON.parse(payload) as Transition;
  const { receiver } = JSON.parse(context) as OutboxContext;
  return {
    ...{ id, receiver, target, alert: key, title: data.title, sequence, type, reason, state },
    createdAt: formatTime(createdAt),
    dueAt: state === "pending" ? formatTime(dueAt) : null,
    attempts: attempts.map(({ at, ...rest }) => ({ at: formatTime(at), ...rest })),
  };
}
