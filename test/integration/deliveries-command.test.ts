import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { AuditTrail } from "../../src/app/audit-trail.ts";
import { DeliveryDesk } from "../../src/app/delivery-desk.ts";
import { openAuditJournal } from "../../src/app/open-audit-journal.ts";
import { systemClock } from "../../src/app/system-clock.ts";
import { deliveries } from "../../src/cli/deliveries.ts";
import { runProgram } from "../../src/cli/program.ts";
import type { DeliveryView } from "../../src/http/api.ts";
import type { OutboxEntry } from "../../src/ports/alert-store.ts";
import { COORDINATOR_LEASE } from "../../src/ports/leases.ts";
import type { Store } from "../../src/ports/store.ts";
import { createMemoryStore } from "../../src/stores/memory/memory-store.ts";
import { life } from "../harness/notifier-context.ts";
import { startServer } from "./http/test-server.ts";

const T0 = Date.UTC(2026, 10, 23, 10);
const folder = mkdtempSync(join(tmpdir(), "tenfold-deliveries-"));
afterAll(() => rmSync(folder, { recursive: true }));

function entry(id: string, target: string, sequence = 1): OutboxEntry {
  const [receiver = ""] = target.split("/");
  const context = JSON.stringify({ receiver, groupKey: "g", groupLabels: {} });
  const payload = JSON.stringify(life().fired);
  return { id: id.padEnd(64, "0"), target, key: "01ALERT", sequence, createdAt: T0 + sequence, payload, context };
}

describe("tenfold deliveries", () => {
  let store: Store;
  let url: string;
  let woken: number;
  let journal: string;
  let runs = 0;

  beforeEach(async () => {
    store = createMemoryStore({ clock: systemClock });
    const [lease] = await store.leases.acquire([COORDINATOR_LEASE], "test", 60_000);
    const outbox = [entry("aa11", "sec/slack/0"), entry("aa22", "sec/slack/0", 2), entry("bb11", "mail/email/0", 3)];
    await store.alerts.commitAlerts({ token: lease?.token ?? 0, alerts: [], transitions: [], outbox });
    const failed = { at: T0 + 10_000, ok: false, reason: "timeout", detail: "no answer within 10 s" };
    await store.alerts.settle(entry("aa11", "").id, failed, T0 + 20_000);
    await store.alerts.settle(entry("aa11", "").id, { ...failed, at: T0 + 20_000, reason: "gone" }, "dead");
    await store.alerts.settle(entry("bb11", "").id, { at: T0, ok: true, reference: "<m1@x>" }, "delivered");
    const audit = new AuditTrail("test");
    journal = join(folder, `audit-${runs++}.ndjson`);
    await audit.begin(await openAuditJournal(journal, { clock: systemClock, log: { error: () => undefined } as never }), "x");
    woken = 0;
    const desk = new DeliveryDesk({ alerts: store.alerts, clock: systemClock, audit, wake: () => void woken++ });
    const api = { listDeliveries: desk.list.bind(desk), replayDelivery: desk.replay.bind(desk) };
    url = (await startServer({}, api)).url;
  });

  async function ask(...args: readonly string[]) {
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    const io = { stdout, stderr, env: { USER: "ada" }, color: false };
    const code = await runProgram(["deliveries", ...args], [deliveries], "1.2.3", io);
    return { code, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
  }

  async function listed(...args: readonly string[]): Promise<readonly DeliveryView[]> {
    return JSON.parse((await ask("--url", url, "--format", "json", ...args)).stdout) as DeliveryView[];
  }

  const states = async (...args: readonly string[]) =>
    (await listed(...args)).map(({ id, state, attempts }) => [id.slice(0, 4), state, attempts.length]);

  it("lists the newest first, with attempts and answers, and filters", async () => {
    const all = [
      ["bb11", "delivered", 1],
      ["aa22", "pending", 0],
      ["aa11", "dead", 2],
    ];
    expect(await states()).toEqual(all);
    expect(await states("--dead")).toEqual(all.slice(2));
    expect(await states("--state", "pending")).toEqual([all[1]]);
    expect(await states("--receiver", "mail")).toEqual([all[0]]);
    expect(await states("--alert", "01OTHER")).toEqual([]);
    expect((await listed("--dead"))[0]).toMatchObject({
      receiver: "sec",
      target: "sec/slack/0",
      type: "alert.fired",
      dueAt: null,
      attempts: [{ at: "2026-11-23T10:00:10.000Z", ok: false, reason: "timeout", detail: "no answer within 10 s" }, {}],
    });
  });

  it("prints them for people, and says when there are more", async () => {
    const { stdout } = await ask("--url", url, "--dead");
    const title = life().fired.data.title;
    expect(stdout.split("\n")).toEqual([
      "dead       2026-11-23T10:00:00.001Z  sec/slack/0  alert.fired (first)  aa1100000000",
      `           01ALERT  ${title}`,
      "           2026-11-23T10:00:10.000Z  failed: timeout: no answer within 10 s",
      "           2026-11-23T10:00:20.000Z  failed: gone: no answer within 10 s",
      "",
    ]);
    const cut = await ask("--url", url, "--limit", "1");
    expect(cut.stdout).toContain("delivered (<m1@x>)");
    expect(cut.stderr).toBe("there are more; raise --limit\n");
  });

  it("pages without gaps or repetitions", async () => {
    const ids: string[] = [];
    let cursor = "";
    do {
      const answer = await fetch(`${url}/v1/deliveries?limit=1${cursor && `&cursor=${cursor}`}`);
      const page = (await answer.json()) as { deliveries: DeliveryView[]; cursor: string | null };
      ids.push(...page.deliveries.map(({ id }) => id.slice(0, 4)));
      cursor = page.cursor ?? "";
    } while (cursor !== "");
    expect(ids).toEqual(["bb11", "aa22", "aa11"]);
  });

  it("sends a dead letter again under its own key, and notes who did it", async () => {
    const { code, stdout } = await ask("replay", "aa11", "--url", url);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^aa11: due again for sec\/slack\/0: /)]);
    expect(woken).toBe(1);
    // Before what is owed of the same alert to the same target.
    const due = await store.alerts.claim("d", Date.now() + 60_000, 10, 1000);
    expect(due.map(({ id, attempts }) => [id.slice(0, 4), attempts.length])).toEqual([["aa11", 2]]);
    const line = readFileSync(journal, "utf8").trimEnd().split("\n").at(-1) ?? "";
    expect(JSON.parse(line)).toMatchObject({
      kind: "operator.replayed",
      subject: "01ALERT",
      data: { by: "ada", notification: entry("aa11", "").id, target: "sec/slack/0" },
    });
  });

  it("sends all of a receiver again, also with options before the word", async () => {
    expect((await ask("replay", "--all", "--receiver", "mail", "--url", url)).stderr).toBe("there are no dead letters\n");
    expect((await ask("--url", url, "replay", "--all", "--by", "bob")).stdout).toMatch(/^aa1100000000: due again/);
    expect(await states("--dead")).toEqual([]);
  });

  it("refuses what is not dead, unknown, ambiguous or nothing", async () => {
    const refused = async (...args: readonly string[]) => {
      const { code, stderr } = await ask("replay", ...args, "--url", url);
      return [code, stderr.trim()];
    };
    expect(await refused("bb11")).toEqual([2, "error: not a dead letter: this delivery is delivered (invalid_request)"]);
    expect(await refused("cc")).toEqual([1, 'error: there is no delivery "cc" (not_found)']);
    expect(await refused("aa")).toEqual([2, 'error: several deliveries begin with "aa" (invalid_request)']);
    expect((await refused())[0]).toBe(2);
    expect((await refused("aa11", "--all"))[0]).toBe(2);
    expect((await refused("aa11", "--receiver", "sec"))[0]).toBe(2);
    const wrong = await fetch(`${url}/v1/deliveries?state=lost`);
    expect(wrong.status).toBe(400);
  });
});
