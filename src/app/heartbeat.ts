/**
 * The dead man's heartbeat: a request to a service that raises an alarm when none comes. It is the only word about a
 * daemon that can say nothing any more, so it stops as soon as the daemon does not do its work.
 */
import type { Config } from "../../config/schema.ts";
import { formatTime } from "../domain/time.ts";
import type { Readiness } from "../http/api.ts";
import { postDelivery } from "../notifiers/http-post.ts";
import { addressGuard } from "../notifiers/private-address.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../telemetry/logger.ts";

export interface HeartbeatOptions {
  readonly config: () => Config;
  readonly clock: Clock;
  readonly log: Pick<Logger, "info" | "warn">;
  /** Why the daemon does not do its work, undefined when it does. A rejection is a reason too. */
  readonly trouble: () => Promise<string | undefined>;
}

/** Evaluation stands still when no round of it succeeded for so long, milliseconds. */
const STALLED = 60_000;

/** Why a daemon does not do its work, from the time since a round of evaluation succeeded and what `/readyz` says. */
export function troubleOf(sinceEvaluated: number, { ready, checks }: Readiness): string | undefined {
  if (sinceEvaluated > STALLED) return "evaluation stands still";
  return ready ? undefined : checks.flatMap(({ name, ok, detail }) => (ok ? [] : [`${name}: ${detail}`])).join("; ");
}

type Settings = NonNullable<Config["monitoring"]["heartbeat"]>;
type State = "sent" | "held-back" | "refused";

/** A heartbeat that was not taken is sent again after this time, milliseconds. */
const RETRY = 10_000;

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #nextAt = 0;
  #last: State = "sent";

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Call every second: sends when it is time and nothing is wrong. Never rejects. */
  async look(signal: AbortSignal): Promise<void> {
    const { config, clock, trouble } = this.#options;
    const settings = config().monitoring.heartbeat;
    const now = clock.now();
    if (settings === undefined || !this.#isDue(now, settings.every)) return;
    const reason = await trouble().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    // Not put off while held back: the first moment without trouble is told at once.
    if (reason !== undefined) return this.#note("held-back", reason);
    const failure = await this.#send(settings, now, signal);
    if (signal.aborted) return;
    this.#nextAt = now + (failure === undefined ? settings.every : Math.min(settings.every, RETRY));
    this.#note(failure === undefined ? "sent" : "refused", failure ?? "");
  }

  /** A time further ahead than the interval was set before a reload, or by a clock that has been put back since. */
  #isDue(now: number, every: number): boolean {
    return now >= this.#nextAt || this.#nextAt - now > every;
  }

  /** Resolves with what went wrong. */
  async #send({ url = "", method, timeout }: Settings, now: number, signal: AbortSignal): Promise<string | undefined> {
    const { cluster, delivery } = this.#options.config();
    const body = method === "GET" ? "" : JSON.stringify({ status: "ok", cluster, timestamp: formatTime(now) });
    const headers = { "user-agent": "Tenfold", ...(body === "" ? {} : { "content-type": "application/json" }) };
    const guard = addressGuard(delivery.allow_private);
    const answer = await postDelivery({ url, method, body, headers, timeout, guard, secrets: [url], now }, signal);
    return answer.ok ? undefined : `${answer.reason}: ${answer.detail}`;
  }

  /** Told once when it changes, so that a long failure does not fill the log. */
  #note(state: State, reason: string): void {
    const { log } = this.#options;
    if (state === this.#last) return;
    this.#last = state;
    if (state === "sent") log.info("heartbeat is sent again");
    else log.warn({ state, reason }, "heartbeat is not sent");
  }
}
