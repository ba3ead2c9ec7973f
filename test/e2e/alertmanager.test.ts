/** A real Alertmanager keeps our alert while we repeat it, ends it when we say so, and when we are gone. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AlertmanagerServer } from "../harness/alertmanager-server.ts";
import { onlyTruth } from "../harness/records.ts";
import { listAlerts, type RunningTenfold, runTenfold } from "../harness/tenfold-process.ts";
import { batches, type Installation, insist, installation, recentIncident, until, warm } from "./installation.ts";

/** Long run, at the interval that is shipped: TENFOLD_TEST_ALERTMANAGER_MINUTES=20. */
const MINUTES = Number(process.env.TENFOLD_TEST_ALERTMANAGER_MINUTES ?? 0);
// Not below the ten seconds in which the daemon looks at what is owed.
const RESEND = MINUTES > 0 ? 60_000 : 10_000;
/** Half as long again as Alertmanager would keep an alert that is not repeated. */
const KEPT = Math.max(6 * RESEND, MINUTES * 60_000);

const folder = mkdtempSync(join(tmpdir(), "tenfold-alertmanager-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("Alertmanager as a receiver", { timeout: 180_000 + 2 * KEPT }, () => {
  const incident = recentIncident();
  const truth = onlyTruth(incident.told);
  const store = `memory:${join(folder, "kept")}`;
  let alertmanager: AlertmanagerServer;
  let place: Installation;
  let daemon: RunningTenfold;

  beforeAll(() => warm(folder, store, incident), 120_000);
  beforeEach(async () => {
    alertmanager = await AlertmanagerServer.start();
    place = await installation(folder, "alertmanager", store, [
      `alertmanager: [{urls: ["${alertmanager.url}"], resend_every: ${RESEND}ms}]`,
    ]);
    daemon = await runTenfold(place.file);
  });
  afterEach(async () => {
    await daemon.kill();
    await alertmanager.stop();
  });

  it(`shows the alert active over ${Math.round(KEPT / RESEND)} repetitions, and no longer when it is resolved or unattended`, async () => {
    for (const batch of batches(incident.told, 50)) await insist(place.url, batch);
    await until(async () => (await alertmanager.active()).length > 0);
    const [first] = await alertmanager.active();
    expect(first).toMatchObject({ labels: { policy: truth.policy }, status: { state: "active" } });

    const end = Date.now() + KEPT;
    while (Date.now() < end) {
      await pause(RESEND / 2);
      const listed = await alertmanager.active();
      expect(listed.map(({ labels, startsAt }) => ({ labels, startsAt }))).toEqual([
        { labels: first?.labels, startsAt: first?.startsAt },
      ]);
    }
    const [kept] = await alertmanager.active();
    expect(Date.parse(kept?.endsAt ?? "")).toBeGreaterThan(Date.parse(first?.endsAt ?? ""));

    await daemon.kill();
    await until(async () => (await alertmanager.active()).length === 0);
    daemon = await runTenfold(place.file);
    await until(async () => (await alertmanager.active()).length === 1);
    expect((await alertmanager.active())[0]?.startsAt).toBe(first?.startsAt);

    const [alert] = await listAlerts(place.url);
    const answer = await fetch(`${place.url}/v1/alerts/${alert?.id}/resolve`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ author: "test" }),
    });
    expect(answer.status).toBe(200);
    await until(async () => (await alertmanager.active()).length === 0);
    // Well before it would have expired by itself it stays away: what comes now would be a repetition.
    await pause(2 * RESEND);
    expect(await alertmanager.active()).toEqual([]);
    expect(await daemon.stop()).toBe(0);
  });
});
