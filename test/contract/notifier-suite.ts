/** What every notifier must do, whatever it talks to: run by each notifier's contract test. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Delivery, FailureReason, Notifier } from "../../src/ports/notifier.ts";
import { life, NEVER, notification } from "../harness/notifier-context.ts";

/** A target in one of the states that matter to delivery. */
export type TargetState = "ok" | "server-error" | "rate-limited" | "client-error" | "bad-secret" | "hang" | "down";

export interface NotifierBench {
  readonly notifier: Notifier;
  /** Everything secret that was configured. */
  readonly secrets: readonly string[];
  /** Makes the target answer like this from now on. */
  enter(state: TargetState): Promise<void>;
  /** How many messages the target has accepted. */
  accepted(): number;
  close(): Promise<void>;
}

interface Expected {
  readonly reason: FailureReason | readonly FailureReason[];
  readonly retryable: boolean;
}

const EXPECTED: Readonly<Partial<Record<TargetState, Expected>>> = {
  "server-error": { reason: "server-error", retryable: true },
  "rate-limited": { reason: "rate-limited", retryable: true },
  "client-error": { reason: "client-error", retryable: false },
  "bad-secret": { reason: "auth-error", retryable: false },
  hang: { reason: "timeout", retryable: true },
  down: { reason: "network", retryable: true },
};

/** `states` leaves out what the target cannot be in (a mail server has no rate limit of its own). */
export function notifierContract(name: string, states: readonly TargetState[], start: () => Promise<NotifierBench>): void {
  describe(`notifier contract: ${name}`, () => {
    let bench: NotifierBench;
    beforeEach(async () => {
      bench = await start();
    });
    afterEach(async () => {
      await bench.notifier.close?.();
      await bench.close();
    });

    it("delivers, updates and resolves", async () => {
      const { fired, worse, resolved } = life();
      for (const transition of [fired, worse, resolved]) {
        expect(await bench.notifier.send(notification(transition), NEVER)).toMatchObject({ ok: true });
      }
      expect(bench.accepted()).toBeGreaterThanOrEqual(3);
    });

    it.each(states.filter((state) => EXPECTED[state]))(
      "%s: says whether another try is worth it, and tries once",
      async (state) => {
        await bench.enter(state);
        const delivery = await bench.notifier.send(notification(), NEVER);
        const expected = EXPECTED[state];
        expect(delivery).toMatchObject({ ok: false, reason: expected?.reason, retryable: expected?.retryable });
        expectNoSecret(delivery, bench.secrets);
        if (state === "rate-limited") expect(delivery).toMatchObject({ retryAfter: 7000 });
      },
    );

    it("works again after a failure", async () => {
      const failure = states.find((state) => state !== "ok" && state !== "down");
      if (failure) await bench.enter(failure);
      await bench.notifier.send(notification(), NEVER);
      await bench.enter("ok");
      expect(await bench.notifier.send(notification(life().fired, { attempt: 2 }), NEVER)).toMatchObject({ ok: true });
    });

    it("honours an abort that came before", async () => {
      const aborted = AbortSignal.abort();
      const delivery = await bench.notifier.send(notification(), aborted);
      expect(delivery).toMatchObject({ ok: false, reason: "aborted", retryable: true });
      expect(bench.accepted()).toBe(0);
    });

    const hanging = states.filter((state) => state === "hang");
    it.each(hanging)("honours an abort while it waits", async () => {
      await bench.enter("hang");
      const controller = new AbortController();
      const sending = bench.notifier.send(notification(), controller.signal);
      setTimeout(() => controller.abort(), 50);
      expect(await sending).toMatchObject({ ok: false, reason: "aborted", retryable: true });
    });

    it("leaves what it is given untouched", async () => {
      const given = deepFreeze(notification());
      expect(await bench.notifier.send(given, NEVER)).toMatchObject({ ok: true });
    });
  });
}

export function expectNoSecret(delivery: Delivery, secrets: readonly string[]): void {
  const text = JSON.stringify(delivery);
  for (const secret of secrets) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(encodeURIComponent(secret));
    expect(text).not.toContain(Buffer.from(secret).toString("base64"));
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
