/** Deliveries for a terminal: one a line, its attempts below it. */
import type { DeliveryView } from "../http/api.ts";

/** As many characters of an id as are shown; enough to tell it from all others. */
const SHOWN = 12;

export function deliveriesText(deliveries: readonly DeliveryView[]): string {
  if (deliveries.length === 0) return "no deliveries\n";
  const widest = Math.max(...deliveries.map(({ target }) => target.length));
  return deliveries.map((one) => `${lines(one, widest).join("\n")}\n`).join("");
}

function lines(delivery: DeliveryView, widest: number): readonly string[] {
  const { id, state, createdAt, target, type, reason, title, attempts, dueAt, alert } = delivery;
  const head = [state.padEnd(9), createdAt, target.padEnd(widest), `${type} (${reason})`, id.slice(0, SHOWN)].join("  ");
  return [
    head,
    `           ${alert}  ${title}`,
    ...attempts.map((attempt) => `           ${attempt.at}  ${outcome(attempt)}`),
    ...(dueAt === null ? [] : [`           ${dueAt}  ${attempts.length === 0 ? "due" : "next attempt"}`]),
  ];
}

function outcome({ ok, reason, detail, reference }: DeliveryView["attempts"][number]): string {
  if (ok) return reference === undefined ? "delivered" : `delivered (${reference})`;
  return `failed: ${[reason, detail].filter(Boolean).join(": ")}`;
}
