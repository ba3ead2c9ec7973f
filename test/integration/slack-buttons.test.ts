import { createHmac } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Config } from "../../config/schema.ts";
import { AlertDesk } from "../../src/app/alert-desk.ts";
import { AuditTrail } from "../../src/app/audit-trail.ts";
import { SILENCE_LENGTH, SlackDesk } from "../../src/app/slack-desk.ts";
import type { Transition } from "../../src/domain/alert.ts";
import { actionButtons } from "../../src/notifiers/slack-actions.ts";
import { FileJournal } from "../../src/stores/audit/file-journal.ts";
import { testContext } from "../harness/notifier-context.ts";
import { type SlackServer, startSlackServer } from "../harness/slack-server.ts";
import { runSpike, type Spike } from "../harness/spike.ts";
import { startServer } from "./http/test-server.ts";

const SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
const TOKEN = "xoxb-1111-invented";
const APP_TOKEN = "xapp-2222-invented";
const NOW = Date.parse("2026-03-03T14:10:00Z");

let spike: Spike;
let slack: SlackServer;
let folder: string;
let audit: AuditTrail;
let journal: string;
let told: Transition[];
let warned: string[];
const open: SlackDesk[] = [];

beforeEach(async () => {
  spike = await runSpike();
  slack = await startSlackServer(TOKEN, APP_TOKEN);
  folder = await mkdtemp(join(tmpdir(), "tenfold-slack-"));
  journal = join(folder, "audit.jsonl");
  audit = new AuditTrail("test");
  await audit.begin(
    await FileJournal.open({ path: journal, clock: spike.clock, onTrouble: () => undefined, onWritable: () => undefined }),
    "config",
  );
  told = [];
  warned = [];
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((desk) => desk.close()));
  await audit.end();
  await slack.close();
  await spike.store.close();
  await rm(folder, { recursive: true });
});

function config(over: Readonly<Record<string, unknown>> = { signing_secret: SECRET }): Config {
  const [receiver] = spike.config.receivers;
  const base = { token: TOKEN, channel: "#sec", api_url: slack.apiUrl, chart: "none", send_resolved: true, timeout: 10_000 };
  return { ...spike.config, receivers: [{ ...receiver, name: "security", slack: [{ ...base, ...over }] }] } as Config;
}

/** A daemon's desks on the shared store. Only one of several daemons has the lease. */
async function daemon(coordinates: boolean, given = config()) {
  const { store, engine, clock } = spike;
  const desk = new AlertDesk({
    alerts: store.alerts,
    clock,
    audit,
    lease: () => (coordinates ? engine.leases.coordinator : undefined),
    onChange: (transitions) => told.push(...transitions),
  });
  const warn = (text: string) => void warned.push(text);
  const own = new SlackDesk({ alerts: store.alerts, desk, clock: testContext().clock, wallClock: () => NOW, warn });
  open.push(own);
  await own.configure(given);
  const server = await startServer({}, { receiveSlackAction: (body, signature) => own.receive(body, signature) });
  return { desk, slack: own, url: `${server.url}/v1/slack/actions` };
}

async function alertNow() {
  const [record] = await spike.store.alerts.listAlerts({ includeResolved: true, limit: 1 });
  if (!record) throw new Error("nothing fired");
  return record.alert;
}

async function pressed(name: string, user = "alice", at = "1772546900.123456") {
  const alert = await alertNow();
  const [button] = actionButtons(alert).elements.filter(({ action_id }) => action_id === `tenfold:${name}`);
  return {
    type: "block_actions",
    user: { id: `U-${user}`, username: user },
    channel: { id: "C0SEC" },
    message: { ts: "1763892300.000001" },
    actions: [{ ...(button ?? { action_id: `tenfold:${name}`, value: alert.id }), action_ts: at }],
  };
}

function send(url: string, payload: unknown, over: { readonly secret?: string; readonly at?: number } = {}): Promise<Response> {
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const timestamp = String((over.at ?? NOW) / 1000);
  const signature = `v0=${createHmac("sha256", over.secret ?? SECRET)
    .update(`v0:${timestamp}:${body}`)
    .digest("hex")}`;
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": signature,
  };
  return fetch(url, { method: "POST", body, headers });
}

async function journalled(kind: string) {
  await audit.settled();
  const lines = (await readFile(journal, "utf8")).trim().split("\n");
  return lines.map((line) => JSON.parse(line)).filter((record) => record.kind === kind);
}

describe("buttons in Slack", () => {
  it("acknowledge in the name of who pressed, which the journal keeps", async () => {
    const { slack: desk, url } = await daemon(true);
    const answer = await send(url, await pressed("acknowledge"));
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    await desk.work();
    expect(await alertNow()).toMatchObject({ state: "acknowledged", acknowledgedBy: "alice (Slack U-alice)" });
    expect(told.map(({ type }) => type)).toEqual(["alert.acknowledged"]);
    const [record] = await journalled("operator.acknowledged");
    expect(record).toMatchObject({
      subject: (await alertNow()).id,
      data: { by: "alice (Slack U-alice)", comment: "by button in Slack" },
    });
  });

  it("count once, however often and by however many daemons a press is heard, and whoever does it", async () => {
    const other = await daemon(false);
    const leader = await daemon(true);
    const payload = await pressed("acknowledge");
    const answers = await Promise.all([other.url, leader.url, other.url].map((url) => send(url, payload)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await spike.store.alerts.listRequests(10)).toHaveLength(1);
    // One that does not coordinate can do nothing, and loses nothing.
    await expect(other.slack.work()).rejects.toMatchObject({ code: "store_unavailable" });
    await leader.slack.work();
    await leader.slack.work();
    expect((await send(other.url, payload)).status).toBe(200);
    await leader.slack.work();
    expect(told).toHaveLength(1);
    expect(await journalled("operator.acknowledged")).toHaveLength(1);
  });

  it.each(["acknowledge", "silence", "resolve"])(
    "%s: done again by a daemon that took over, nothing happens twice",
    async (name) => {
      const leader = await daemon(true);
      await send(leader.url, await pressed(name));
      const [request] = await spike.store.alerts.listRequests(10);
      await leader.slack.work();
      const after = await alertNow();
      const silences = leader.desk.silences;
      if (!request) throw new Error("nothing was left");
      // As if the first had died before it could say that it is done.
      const again = await daemon(true);
      await spike.store.alerts.leaveRequest({ ...request, id: "the same once more" });
      await again.slack.work();
      expect(await alertNow()).toEqual(after);
      await again.desk.loadSilences();
      expect(again.desk.silences).toEqual(silences);
      expect(told.length).toBe(name === "silence" ? 0 : 1);
      const kinds = ["operator.acknowledged", "operator.resolved", "silence.created"];
      const records = await Promise.all(kinds.map(journalled));
      expect(records.flat()).toHaveLength(1);
      expect(records.flat()[0].data.by).toBe("alice (Slack U-alice)");
    },
  );

  it("silence one alert for four hours and say so in the thread", async () => {
    const { slack: desk, desk: alerts, url } = await daemon(true);
    await send(url, await pressed("silence"));
    const [request] = await spike.store.alerts.listRequests(1);
    await desk.work();
    const [silence] = alerts.silences;
    expect(silence?.matchers).toEqual([{ name: "alert", operator: "=", value: (await alertNow()).id }]);
    expect(Date.parse(silence?.endsAt ?? "")).toBe((request?.at ?? 0) + SILENCE_LENGTH);
    const reply = slack.calls.find(({ method }) => method === "chat.postMessage")?.arguments;
    expect(reply).toMatchObject({ channel: "C0SEC", thread_ts: "1763892300.000001" });
    expect(reply?.text).toMatch(/^Silenced by alice \(Slack U-alice\) until \d{4}-\d\d-\d\d \d\d:\d\d UTC\.$/);
  });

  it("tell why to who asked, with the alert's own numbers", async () => {
    const { slack: desk, url } = await daemon(true);
    await send(url, await pressed("why"));
    await desk.work();
    const [series] = (await alertNow()).series;
    const [call] = slack.calls.filter(({ method }) => method === "chat.postEphemeral");
    expect(call?.arguments).toMatchObject({ channel: "C0SEC", user: "U-alice", thread_ts: "1763892300.000001" });
    expect(call?.arguments.text).toContain(
      `${series?.observed} events in 10 min, ${series?.expected} expected, ${series?.ratio}x`,
    );
    expect(call?.arguments.text).toContain("Something that is not recorded:");
    expect(told).toHaveLength(0);
  });

  it("say to who pressed that it is too late, or that Slack or the alert is gone", async () => {
    const { slack: desk, url } = await daemon(true);
    await send(url, await pressed("resolve"));
    await desk.work();
    expect((await alertNow()).state).toBe("resolved");
    await send(url, await pressed("acknowledge", "bob"));
    const payload = await pressed("why", "carol");
    await send(url, { ...payload, actions: payload.actions.map((one) => ({ ...one, value: "01GONE" })) });
    slack.refuse("chat.postEphemeral", "user_not_in_channel");
    await desk.work();
    expect(slack.calls.filter(({ method }) => method === "chat.postEphemeral").map((call) => call.arguments.text)).toEqual(
      expect.arrayContaining(["This alert is resolved already.", "This alert is not known any more."]),
    );
    expect(warned).toHaveLength(2);
    expect(warned.join()).not.toContain(TOKEN);
    expect(await spike.store.alerts.listRequests(10)).toEqual([]);
  });

  it("are heard from Slack only, and now", async () => {
    const { url } = await daemon(true);
    const payload = await pressed("resolve");
    expect((await send(url, payload, { secret: "guessed" })).status).toBe(401);
    expect((await send(url, payload, { at: NOW - 301_000 })).status).toBe(401);
    expect((await fetch(url, { method: "POST", body: "payload={}" })).status).toBe(401);
    const unconfigured = await daemon(true, config({}));
    expect((await send(unconfigured.url, payload)).status).toBe(401);
    // Signed, and none of our buttons.
    for (const strange of [null, [], "x", { type: "view_submission" }, { ...payload, actions: [{ action_id: "other:resolve" }] }])
      expect((await send(url, strange)).status).toBe(200);
    expect(await spike.store.alerts.listRequests(10)).toEqual([]);
  });
});

describe("buttons by Socket Mode", () => {
  async function connected(count: number): Promise<void> {
    while (slack.sockets() !== count) await pause(10);
  }

  it("are heard over a connection that we open, by whichever daemon Slack chooses", async () => {
    const given = config({ app_token: APP_TOKEN });
    await daemon(false, given);
    const leader = await daemon(true, given);
    await connected(2);
    const payload = await pressed("acknowledge", "dora");
    await slack.press(payload);
    await slack.press(payload);
    await leader.slack.work();
    expect(await alertNow()).toMatchObject({ state: "acknowledged", acknowledgedBy: "dora (Slack U-dora)" });
    expect(told).toHaveLength(1);
    await leader.slack.close();
    await connected(1);
  });

  it("are heard again after Slack ended the connection, and after it could not be reached", async () => {
    slack.refuse("apps.connections.open", "internal_error");
    const leader = await daemon(true, config({ app_token: APP_TOKEN }));
    while (warned.length === 0) await pause(10);
    expect(warned).toEqual(["Slack's buttons cannot be heard: Slack answered internal_error; trying again"]);
    slack.refuse("apps.connections.open", undefined);
    await connected(1);
    slack.recycle();
    await connected(0);
    await connected(1);
    await slack.press(await pressed("resolve"));
    await leader.slack.work();
    expect((await alertNow()).state).toBe("resolved");
    expect(warned).toHaveLength(1);
  });
});
