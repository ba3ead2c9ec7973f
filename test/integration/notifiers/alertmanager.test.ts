/** A real Alertmanager keeps our alert while we repeat it, and ends it when we say so or are gone. */
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/app/system-clock.ts";
import { formatTime } from "../../../src/domain/time.ts";
import { notifierKinds } from "../../../src/notifiers/index.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import { AlertmanagerServer } from "../../harness/alertmanager-server.ts";
import { life, NEVER, notification, testContext } from "../../harness/notifier-context.ts";

/** Long run, on the real clock at the interval that is shipped: TENFOLD_TEST_ALERTMANAGER_MINUTES=20. */
const MINUTES = Number(process.env.TENFOLD_TEST_ALERTMANAGER_MINUTES ?? 0);
const RESEND = 60_000;
/** Twice as long as Alertmanager keeps an alert that is not repeated. */
const KEPT = Math.max(8 * RESEND, MINUTES * 60_000);

const { alertmanager: kind } = notifierKinds;

describe("Alertmanager", { timeout: 300_000 + 3 * MINUTES * 60_000 }, () => {
  let server: AlertmanagerServer;
  beforeEach(async () => {
    server = await AlertmanagerServer.start();
  });
  afterEach(() => server.stop());

  const make = (clock: Clock, resend: number) =>
    kind.create(kind.schema.parse({ urls: [server.url], resend_every: resend }), { ...testContext(), clock });

  it(`shows an alert active over ${Math.round(KEPT / RESEND)} repetitions as one and the same, and no longer once resolved`, async () => {
    const { fired, resolved } = life();
    const clock = MINUTES > 0 ? systemClock : new HastyClock();
    const notifier = make(clock, RESEND);
    const end = clock.now() + KEPT;
    const seen = new Set<string>();
    while (clock.now() < end) {
      expect(await notifier.send(notification(fired), NEVER)).toMatchObject({ ok: true });
      const listed = await server.active();
      expect(listed.map(({ status }) => status.state)).not.toContain("suppressed");
      expect(listed).toHaveLength(1);
      for (const { fingerprint, startsAt, endsAt } of listed) {
        seen.add(`${fingerprint} ${Date.parse(startsAt)}`);
        // It is still there when the next repetition is due, and the one after that.
        expect(Date.parse(endsAt)).toBeGreaterThan(clock.now() + 2 * RESEND);
      }
      await clock.sleep(RESEND);
    }
    expect([...seen]).toHaveLength(1);
    const ended = { ...resolved, data: { ...resolved.data, resolvedAt: formatTime(Date.now()) } };
    expect(await notifier.send(notification(ended), NEVER)).toMatchObject({ ok: true });
    expect(await server.active()).toEqual([]);
  });

  it("ends an alert that nobody repeats any more", async () => {
    const notifier = make(systemClock, 500);
    // It is there for two seconds, so a busy machine may have to look again.
    do expect(await notifier.send(notification(life().fired), NEVER)).toMatchObject({ ok: true });
    while ((await server.active()).length === 0);
    while ((await server.active()).length > 0) await pause(100);
  });
});

/** Starts now, and is ahead by all that somebody wanted to wait: hours of repetitions take no time. */
class HastyClock implements Clock {
  #ahead = 0;

  now(): number {
    return Date.now() + this.#ahead;
  }

  async sleep(ms: number): Promise<void> {
    this.#ahead += ms;
  }
}
