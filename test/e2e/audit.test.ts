/** The audit journal of a real daemon: an alert from its beginning to its end, a crash, and no secret in it. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { AuditRecord } from "../../src/domain/audit-record.ts";
import { MINUTE } from "../harness/records.ts";
import { getJson, listAlerts, type RunningTenfold, runTenfold, tenfold } from "../harness/tenfold-process.ts";
import { startWebhookServer } from "../harness/webhook-server.ts";
import { batches, insist, installation, receivedBy, recentIncident, until, warm } from "./installation.ts";

const folder = mkdtempSync(join(tmpdir(), "tenfold-audit-"));
afterAll(() => rmSync(folder, { recursive: true }));

const journal = join(folder, "audit.ndjson");
const SECRET = "do-not-write-this-down";

function records(): readonly AuditRecord[] {
  const lines = readFileSync(journal, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as AuditRecord);
}

const kinds = (): readonly string[] => records().map((record) => record.kind);

function send(url: string, method: string, body?: unknown): Promise<Response> {
  return fetch(url, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

describe("the audit journal of a daemon", () => {
  it("holds what was told, to whom, what people did, and outlives a crash", async () => {
    // Mitigated, and not yet resolved by itself.
    const incident = recentIncident(2 * MINUTE);
    const webhook = await startWebhookServer();
    webhook.answer({ status: 500, body: SECRET });
    const store = `memory:${join(folder, "store")}`;
    await warm(folder, store, incident);
    const place = await installation(folder, "audited", store, webhook);
    const hook = `${webhook.url}/hook`;
    const configuration = readFileSync(place.file, "utf8").replace(hook, `${hook}?key=${SECRET}`);
    writeFileSync(place.file, `${configuration}audit: {path: "${journal}"}\n`);
    let daemon: RunningTenfold | undefined = await runTenfold(place.file);
    try {
      for (const part of batches(incident.told, 50)) await insist(place.url, part);
      await until(() => receivedBy(webhook).some(({ transition }) => transition.type === "alert.mitigated"));
      const [alert] = await listAlerts(place.url);
      const id = alert?.id ?? "";
      const act = { by: "ada", comment: "rolled back" };
      expect((await send(`${place.url}/v1/alerts/${id}/resolve`, "POST", act)).status).toBe(200);
      const matchers = ['policy="x"'];
      const silence = { matchers, comment: "window", by: "bob", endsAt: "2090-01-01T00:00:00Z" };
      const made = (await (await send(`${place.url}/v1/silences`, "POST", silence)).json()) as { readonly id: string };
      expect((await send(`${place.url}/v1/silences/${made.id}`, "DELETE")).status).toBe(204);
      expect((await send(`${place.url}/-/reload`, "POST")).status).toBe(200);
      // Each answer above came after its record was on disk, so a crash loses none of them.
      await daemon.kill();
      daemon = undefined;
      expect(await tenfold(["verify", journal])).toMatchObject({ code: 0 });
      expectLifeOf(id, made.id);
      appendFileSync(journal, '{"data":{"half');
      daemon = await runTenfold(place.file);
      expect(await getJson(`${place.url}/readyz`)).toMatchObject({
        checks: expect.arrayContaining([{ name: "audit journal", ok: true }]),
      });
      expect(await daemon.stop()).toBe(0);
      daemon = undefined;
      expect(kinds()).toContain("journal.recovered");
      expect(kinds().filter((kind) => kind === "daemon.started")).toHaveLength(2);
      expect(kinds().at(-1)).toBe("daemon.stopped");
      expect(await tenfold(["verify", journal])).toMatchObject({ code: 0 });
    } finally {
      await daemon?.kill();
      await webhook.close();
    }
  });

  it("on a full disk: the daemon works on, is ready, and says so once", async () => {
    const file = join(folder, "full.yaml");
    const link = join(folder, "full.ndjson");
    // Every write to this device fails with ENOSPC.
    symlinkSync("/dev/full", link);
    writeFileSync(file, `server: {listen: "127.0.0.1:0"}\naudit: {path: "${link}"}\n`);
    const daemon = await runTenfold(file);
    try {
      const silence = { matchers: ['policy="x"'], comment: "c", by: "bob", endsAt: "2090-01-01T00:00:00Z" };
      expect((await send(`${daemon.url}/v1/silences`, "POST", silence)).status).toBe(201);
      // Start, configuration and silence wait.
      expect(await getJson(`${daemon.url}/readyz`)).toMatchObject({
        status: "ready",
        checks: expect.arrayContaining([
          { name: "audit journal", ok: false, detail: "cannot be written; 3 records wait, 0 were dropped" },
        ]),
      });
      const metrics = await (await fetch(`${daemon.url}/metrics`)).text();
      expect(metrics).toMatch(/^tenfold_audit_failing 1$/m);
      expect(metrics).toMatch(/^tenfold_audit_waiting_records 3$/m);
    } finally {
      expect(await daemon.stop()).toBe(0);
    }
    expect(daemon.log().split("audit journal cannot be written")).toHaveLength(2);
    expect(daemon.log()).toContain('"lost":4');
  });

  it("that cannot be kept where it should be: the daemon does not start, and says why", async () => {
    const file = join(folder, "wrong.yaml");
    const other = join(folder, "notes.txt");
    writeFileSync(other, "something else\n");
    writeFileSync(file, `server: {listen: "127.0.0.1:0"}\naudit: {path: "${other}"}\n`);
    const { code, stderr } = await tenfold(["run", "--config", file]);
    expect(code).toBe(2);
    expect(stderr).toContain("holds no record of an audit journal");
    expect(readFileSync(other, "utf8")).toBe("something else\n");
  });
});

function expectLifeOf(alert: string, silence: string): void {
  const all = records();
  expect(kinds().slice(0, 2)).toEqual(["daemon.started", "configuration.loaded"]);
  const own = all.filter(({ subject }) => subject === alert);
  expect(own.find(({ kind }) => kind === "alert.fired")?.data).toMatchObject({ reason: expect.any(String), state: "firing" });
  expect(own.map(({ kind }) => kind)).toContain("alert.mitigated");
  // The receiver answered 500 to the first attempt and 204 to the next.
  const attempts = own.filter(({ kind, data }) => kind === "notification.attempted" && data.transition === "alert.fired");
  expect(attempts.map(({ data }) => data)).toMatchObject([
    { receiver: "hook", target: "hook/webhook/0", attempt: 1, outcome: "retry", reason: "server-error" },
    { receiver: "hook", target: "hook/webhook/0", attempt: 2, outcome: "delivered" },
  ]);
  expect(own.find(({ kind }) => kind === "operator.resolved")?.data).toEqual({ by: "ada", comment: "rolled back" });
  expect(own.find(({ kind }) => kind === "alert.resolved")?.data).toMatchObject({ state: "resolved" });
  const silences = all.filter(({ subject }) => subject === silence);
  expect(silences.map(({ kind, data }) => [kind, data.by])).toEqual([
    ["silence.created", "bob"],
    ["silence.deleted", "unknown"],
  ]);
  const [loaded, reloaded] = all.filter(({ kind }) => kind.startsWith("configuration."));
  expect(reloaded).toMatchObject({ kind: "configuration.reloaded", data: loaded?.data });
  expect(readFileSync(journal, "utf8")).not.toContain(SECRET);
}
