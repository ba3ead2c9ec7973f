/** A real Alertmanager keeps our alert while we repeat it, and ends it when we say so or are gone. */
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/app/system-clock.ts";
import { formatTime } from "../../../src/domain/time.ts";
import { notifierKinds } from "../../../src/notifiers/index.ts";
import { AlertmanagerServer } from "../../harness/alertmanager-server.ts";
import { life, NEVER, notification, testContext } from "../../harness/notifier-context.ts";

/** Long run, at the interval that is shipped: TENFOLD_TEST_ALERTMANAGER_MINUTES=20. */
const MINUTES = Number(process.env.TENFOLD_TEST_ALERTMANAGER_MINUTES ?? 0);
const RESEND = MINUTES > 0 ? 60_000 : 500;
/** Twice as long as Alertmanager keeps an alert that is not repeated. */
const KEPT = Math.max(8 * RESEND, MINUTES * 60_000);

const { alertmanager: kind } = notifierKinds;

describe("Alertmanager", { timeout: 300_000 + 3 * KEPT }, () => {
  let server: AlertmanagerServer;
  beforeEach(async () => {
    server = await AlertmanagerServer.start();
  });
  afterEach(() => server.stop());

  const make = () =>
    kind.create(kind.schema.parse({ urls: [server.url], resend_every: RESEND }), { ...testContext(), clock: systemClock });

  async function gone(): Promise<void> {
    while ((await server.active()).length > 0) await pause(RESEND / 5);
  }

  it(`shows an alert active over ${Math.round(KEPT / RESEND)} repetitions as one and the same, and no longer once resolved`, async () => {
    const { fired, resolved } = life();
    const notifier = make();
    const end = Date.now() + KEPT;
    const seen = new Set<string>();
    while (Date.now() < end) {
      expect(await notifier.send(notification(fired), NEVER)).toMatchObject({ ok: true });
      const listed = await server.active();
      expect(listed.map(({ status }) => status.state)).not.toContain("suppressed");
      expect(listed).toHaveLength(1);
      for (const { fingerprint, startsAt } of listed) seen.add(`${fingerprint} ${Date.parse(startsAt)}`);
      await pause(RESEND);
    }
    expect([...seen]).toHaveLength(1);
    const ended = { ...resolved, data: { ...resolved.data, resolvedAt: formatTime(Date.now()) } };
    expect(await notifier.send(notification(ended), NEVER)).toMatchObject({ ok: true });
    expect(await server.active()).toEqual([]);
  });

  it("ends an alert that nobody repeats any more", async () => {
    expect(await make().send(notification(life().fired), NEVER)).toMatchObject({ ok: true });
    expect(await server.active()).toHaveLength(1);
    await gone();
  });
});
