/** Messages as the coordinator leaves them in the outbox, and what receivers got of them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Transition } from "../../src/domain/alert.ts";
import { hashHex } from "../../src/domain/ids.ts";
import type { OutboxEntry } from "../../src/ports/alert-store.ts";
import { COORDINATOR_LEASE } from "../../src/ports/leases.ts";
import { freePort } from "../harness/free-port.ts";
import { life } from "../harness/notifier-context.ts";
import { getJson } from "../harness/tenfold-process.ts";
import type { Received, WebhookServer } from "../harness/webhook-server.ts";
import { type Installation, openStoreAt } from "./installation.ts";

/** Formats of the webhooks of the one receiver: both say by a key of theirs what is the same. */
const FORMATS = ["tenfold", "pagerduty"] as const;

/** Configuration of a daemon whose only receiver has one webhook of each format. `query` is appended to their addresses. */
export async function daemonThatTells(
  folder: string,
  name: string,
  store: string,
  webhook: WebhookServer,
  query = "",
): Promise<Installation> {
  const port = await freePort();
  const secret = "r".repeat(32);
  const config = {
    server: { listen: `127.0.0.1:${port}` },
    store: { url: store },
    audit: { path: join(folder, `${name}.audit.ndjson`) },
    receivers: [
      {
        name: "hook",
        webhook: FORMATS.map((format) => ({
          url: `${webhook.url}/${format}${query}`,
          format,
          ...(format === "pagerduty" ? { secret } : {}),
        })),
      },
    ],
  };
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, JSON.stringify(config));
  return { file, url: `http://127.0.0.1:${port}` };
}

/**
 * Writes `alerts` lives of `length` transitions each (at least 3) into the outbox, for both webhooks. Returns all entries, in order.
 * `first`: number of the first alert; equal numbers are the same alert. No daemon may coordinate meanwhile, unless its `token` is given.
 */
export async function owe(
  url: string,
  alerts: number,
  length: number,
  { first = 0, token }: { readonly first?: number; readonly token?: number } = {},
): Promise<readonly OutboxEntry[]> {
  const store = await openStoreAt(url);
  try {
    const entries = Array.from({ length: alerts }, (_, alert) => lifeOf(first + alert, length)).flatMap((transitions) =>
      FORMATS.flatMap((_, index) =>
        transitions.map((transition, place) => entryOf(transition, `hook/webhook/${index}`, place + 1)),
      ),
    );
    const [lease] = token === undefined ? await store.leases.acquire([COORDINATOR_LEASE], "the test", 10_000) : [];
    const step = { token: token ?? lease?.token ?? 0, alerts: [], transitions: [], outbox: entries };
    expect(await store.alerts.commitAlerts(step)).toBe(true);
    if (lease) await store.leases.release([COORDINATOR_LEASE], "the test");
    return entries;
  } finally {
    await store.close();
  }
}

/** The same life for every number, under an id of its own. */
function lifeOf(number: number, length: number): readonly Transition[] {
  const { fired, worse, resolved } = life();
  const id = `${fired.data.id.slice(0, -4)}${String(number).padStart(4, "0")}`;
  const at = (transition: Transition, version: number) => {
    // PagerDuty is not told the version; without it in the title all updates would look alike.
    const title = `${transition.data.title} (${version})`;
    return { ...transition, data: { ...transition.data, id, version, title } };
  };
  const between = Array.from({ length: length - 2 }, (_, index) => at(worse, index + 2));
  return [at(fired, 1), ...between, at(resolved, length)];
}

function entryOf(transition: Transition, target: string, sequence: number): OutboxEntry {
  return {
    id: hashHex(["owed", target, transition.data.id, String(sequence)]),
    target,
    key: transition.data.id,
    sequence,
    createdAt: Date.now(),
    payload: JSON.stringify(transition),
    context: JSON.stringify({ receiver: "hook", groupKey: "g", groupLabels: {} }),
  };
}

/** The idempotency key of a message as its receiver sees it, and what it is about. */
export function keyOf({ path: address, headers, body }: Received): { readonly key: string; readonly alert: string } {
  const [path] = address.split("?");
  const json = JSON.parse(body) as { readonly dedup_key?: string; readonly data?: { readonly id: string } };
  if (path === "/tenfold") return { key: String(headers["webhook-id"]), alert: `${path} ${json.data?.id}` };
  // PagerDuty's key is that of the incident; one message of it differs from the next by what it says.
  return { key: `${json.dedup_key} ${body}`, alert: `${path} ${json.dedup_key}` };
}

/**
 * Everything owed arrived, in the order of each alert; what came again came before anything later of its alert, with the same
 * content.
 */
export function expectAllInOrder(received: readonly Received[], owed: readonly OutboxEntry[]): void {
  const byAlert = new Map<string, string[]>();
  const bodies = new Map<string, string>();
  for (const one of received) {
    const { key, alert } = keyOf(one);
    const before = byAlert.get(alert) ?? [];
    if (before.at(-1) !== key) before.push(key);
    byAlert.set(alert, before);
    expect(bodies.get(key) ?? contentOf(one)).toBe(contentOf(one));
    bodies.set(key, contentOf(one));
  }
  const wanted = new Map<string, string[]>();
  for (const { id, target, key } of owed) {
    const path = `/${FORMATS[Number(target.split("/").at(-1))]}`;
    const name = `${path} ${key}`;
    wanted.set(name, [...(wanted.get(name) ?? []), id]);
  }
  expect(new Set(byAlert.keys())).toEqual(new Set(wanted.keys()));
  for (const [name, ids] of wanted) {
    if (name.startsWith("/tenfold")) expect([name, byAlert.get(name)]).toEqual([name, ids]);
    else expect([name, actionsOf(byAlert.get(name) ?? [])]).toEqual([name, ["trigger", "resolve"]]);
  }
}

/** The body without how late it is, which grows from one try to the next. */
const contentOf = ({ body }: Received): string => body.replace(/,"delayedBySeconds":\d+/, "");

/** PagerDuty's actions in the order in which they first differed from the one before. */
function actionsOf(keys: readonly string[]): readonly string[] {
  const actions = keys.map((key) => /"event_action":"(\w+)"/.exec(key)?.[1] ?? "");
  return actions.filter((action, index) => action !== actions[index - 1]);
}

/** True when the daemon says that nothing is owed any more, and that nothing was given up. */
export async function isAllDelivered(url: string): Promise<boolean> {
  const { deliveries } = await getJson<{ deliveries: readonly { state: string }[] }>(`${url}/v1/deliveries?limit=1000`);
  expect(deliveries.filter(({ state }) => state === "dead")).toEqual([]);
  return deliveries.every(({ state }) => state === "delivered");
}
