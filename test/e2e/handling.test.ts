/** One alert of a running daemon through the hands of people: escalated, silenced, acknowledged in Slack, over. */
import { createHmac } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { AuditRecord } from "../../src/domain/audit-record.ts";
import { startSlackServer } from "../harness/slack-server.ts";
import { listAlerts, post, runTenfold } from "../harness/tenfold-process.ts";
import { startWebhookServer, type WebhookServer } from "../harness/webhook-server.ts";
import { receivedBy, until } from "./installation.ts";

const folder = mkdtempSync(join(tmpdir(), "tenfold-handling-"));
afterAll(() => rmSync(folder, { recursive: true }));

const TOKEN = "xoxb-1111-invented";
const SECRET = "8f742231b10e8888abcd99yyyzzz85a5";

interface Button {
  readonly action_id: string;
  readonly value: string;
}

describe("an alert of a running daemon", () => {
  it("is escalated while nobody cares, its silence tells that it ends, and a button in Slack acknowledges it", async () => {
    const slack = await startSlackServer(TOKEN);
    const team = await startWebhookServer();
    const boss = await startWebhookServer();
    const journal = join(folder, "audit.ndjson");
    const config = {
      server: { listen: "127.0.0.1:0" },
      audit: { path: journal },
      monitoring: { blind: { severity: "critical", expect: [{ source: "native", every: "1s" }] } },
      receivers: [
        {
          name: "team",
          slack: [{ token: TOKEN, channel: "#sec", api_url: slack.apiUrl, signing_secret: SECRET }],
          webhook: [{ url: `${team.url}/team` }],
        },
        { name: "boss", webhook: [{ url: `${boss.url}/boss` }] },
      ],
      route: { receiver: "team", group_wait: "0s", escalate: [{ after: "2s", receiver: "boss" }] },
    };
    const file = join(folder, "tenfold.yaml");
    writeFileSync(file, JSON.stringify(config));
    const daemon = await runTenfold(file);
    const told = (who: WebhookServer) => receivedBy(who).map(({ transition: { type, reason } }) => `${type} ${reason}`);
    // What follows the last line feed is not written yet.
    const lines = () => (existsSync(journal) ? readFileSync(journal, "utf8").split("\n").slice(0, -1) : []);
    const kinds = () => lines().map((line) => (JSON.parse(line) as AuditRecord).kind);
    try {
      await until(() => told(boss).length > 0);
      expect(told(boss)).toEqual(["alert.fired escalated"]);
      await until(() => told(team).length > 1);
      expect(told(team)).toEqual(["alert.fired first", "alert.updated escalated"]);
      const [alert] = await listAlerts(daemon.url);
      expect(alert).toMatchObject({ state: "firing", severity: "critical", escalations: [{ receiver: "boss" }] });

      // Half of it is over already, so the word that it ends soon is due at once, and has the other half to be told.
      const silence = {
        matchers: [`alert="${alert?.id}"`],
        comment: "looking",
        by: "ada",
        startsAt: new Date(Date.now() - 30_000),
        endsAt: new Date(Date.now() + 30_000),
      };
      const made = await fetch(`${daemon.url}/v1/silences`, { method: "POST", body: JSON.stringify(silence) });
      expect(made.status).toBe(201);
      const warnings = (who: WebhookServer) =>
        receivedBy(who).filter(({ transition: { type, reason } }) => type === "alert.updated" && reason === "silence-ending");
      await until(() => warnings(team).length > 0 && warnings(boss).length > 0);
      await until(() => kinds().includes("silence.expired"));
      for (const who of [team, boss]) {
        expect(warnings(who)).toHaveLength(1);
        expect(Date.parse(warnings(who)[0]?.transition.timestamp ?? "")).toBeLessThan(silence.endsAt.getTime());
      }

      await until(() => slack.messages.size > 0);
      const [message] = slack.calls.filter(({ method }) => method === "chat.postMessage");
      const buttons = (message?.blocks ?? []).flatMap(({ type, elements }) => (type === "actions" ? (elements ?? []) : []));
      const [button] = (buttons as unknown as readonly Button[]).filter(({ action_id }) => action_id === "tenfold:acknowledge");
      const [ts] = slack.messages.keys();
      const press = {
        type: "block_actions",
        user: { id: "U1", username: "alice" },
        channel: { id: "C0SEC" },
        message: { ts },
        actions: [{ ...button, action_ts: "1772546900.123456" }],
      };
      expect((await send(daemon.url, press, "guessed")).status).toBe(401);
      expect((await send(daemon.url, press, SECRET)).status).toBe(200);
      await until(async () => (await listAlerts(daemon.url))[0]?.state === "acknowledged");
      expect((await listAlerts(daemon.url))[0]).toMatchObject({ id: alert?.id, acknowledgedBy: "alice (Slack U1)" });
      await until(() =>
        slack.calls.some(({ method, blocks, arguments: { ts: edited } }) => {
          return method === "chat.update" && edited === ts && JSON.stringify(blocks).includes("alice");
        }),
      );
      // One message in the channel, and what followed in its thread.
      expect([...slack.messages.values()].filter(({ thread }) => thread === undefined)).toHaveLength(1);
      await until(
        () => told(boss).includes("alert.acknowledged acknowledged") && told(team).includes("alert.acknowledged acknowledged"),
      );

      const violation = () => ({ time: new Date().toISOString(), policy: "p", workload: "Deployment/a" });
      await until(async () => {
        await post(`${daemon.url}/v1/events`, [violation()]);
        return [team, boss].every((who) => told(who).includes("alert.resolved seen-again"));
      });
      // All of it was about one alert; what comes after its end may be about another silence of the source.
      const types = receivedBy(team).map(({ transition }) => transition.type);
      const whole = receivedBy(team).slice(0, types.indexOf("alert.resolved") + 1);
      expect(new Set(whole.map(({ transition }) => transition.data.id)).size).toBe(1);
      expect(await daemon.stop()).toBe(0);
    } finally {
      await daemon.kill();
      await Promise.all([slack, team, boss].map((server) => server.close()));
    }
  });
});

/** As Slack signs it. */
function send(url: string, payload: unknown, secret: string): Promise<Response> {
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": `v0=${signature}`,
  };
  return fetch(`${url}/v1/slack/actions`, { method: "POST", body, headers });
}
