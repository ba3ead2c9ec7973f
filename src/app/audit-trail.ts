/** What goes into the audit journal, and in which words. Without `audit.path` nothing does. */
import { hostname } from "node:os";
import { formatMatcher } from "../alerting/matchers.ts";
import type { Silence } from "../alerting/routing/silences.ts";
import type { Transition } from "../domain/alert.ts";
import type { DeliveryAttempt } from "../pipeline/deliver.ts";
import type { Journal, JournalStatus } from "../ports/journal.ts";
import { scrub } from "../telemetry/logger.ts";
import { SilenceWatch } from "./silence-watch.ts";

/** Who acted: the name they gave, and that of the token they showed. */
export interface Operator {
  readonly by: string;
  readonly token?: string | undefined;
}

export class AuditTrail {
  readonly #daemon: string;
  readonly #silences = new SilenceWatch();
  #journal: Journal | undefined;
  #last: Promise<void> = Promise.resolve();

  /** `daemon`: unique per process. */
  constructor(daemon: string) {
    this.#daemon = daemon;
  }

  /** From here on things are recorded. */
  begin(journal: Journal, configDigest: string): Promise<void> {
    this.#journal = journal;
    void this.#append("daemon.started", this.#daemon, { host: hostname(), pid: process.pid });
    return this.#append("configuration.loaded", this.#daemon, { sha256: configDigest });
  }

  /** Undefined without a journal. */
  status(): JournalStatus | undefined {
    return this.#journal?.status();
  }

  /** Resolves when everything so far is on disk, or in memory because the disk cannot be written. */
  settled(): Promise<void> {
    return this.#last;
  }

  reloaded(configDigest: string): Promise<void> {
    return this.#append("configuration.reloaded", this.#daemon, { sha256: configDigest });
  }

  transition({ type, timestamp, reason, data }: Transition): Promise<void> {
    const { id, state, severity, version, title, cluster, fingerprint, acknowledgedBy, comment, escalations, cause } = data;
    const { verdict, tier, probability, revision } = cause;
    return this.#append(type, id, {
      ...{ reason, at: timestamp, state, severity, version, title, cluster, fingerprint },
      cause: { verdict, tier, probability, revision },
      acknowledgedBy,
      comment,
      escalations,
    });
  }

  /** Details of failures are free of secrets already; what still looks like one is removed. */
  attempt({ alert, detail, outcome, ...rest }: DeliveryAttempt): Promise<void> {
    const text = detail === undefined ? undefined : scrub(detail);
    return this.#append("notification.attempted", alert, { ...rest, outcome, detail: text });
  }

  acknowledged(alert: string, operator: Operator, comment: string, until: string | undefined): Promise<void> {
    return this.#append("operator.acknowledged", alert, { ...operator, comment, until });
  }

  resolved(alert: string, operator: Operator, comment: string): Promise<void> {
    return this.#append("operator.resolved", alert, { ...operator, comment });
  }

  deliveryReplayed(alert: string, operator: Operator, of: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#append("operator.replayed", alert, { ...operator, ...of });
  }

  silenceCreated(silence: Silence, operator: Operator): Promise<void> {
    this.#silences.add(silence);
    return this.#append("silence.created", silence.id, { ...operator, ...describe(silence) });
  }

  silenceDeleted(id: string, operator: Operator): Promise<void> {
    return this.#append("silence.deleted", id, { ...operator });
  }

  /** Call with all silences every few seconds; `tell` is false where another daemon records their ends. */
  async lookAtSilences(silences: readonly Silence[], now: number, tell: boolean): Promise<void> {
    for (const silence of this.#silences.expired(silences, now)) {
      if (tell) await this.#append("silence.expired", silence.id, { by: silence.createdBy, ...describe(silence) });
    }
  }

  /** Resolves with the number of records that could not be written. */
  async end(): Promise<number> {
    await this.#append("daemon.stopped", this.#daemon, {});
    await this.#journal?.close();
    return this.#journal?.status().waiting ?? 0;
  }

  #append(kind: string, subject: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    if (!this.#journal) return Promise.resolve();
    this.#last = this.#journal.append({ kind, subject, data });
    return this.#last;
  }
}

function describe({ matchers, startsAt, endsAt, comment }: Silence): Readonly<Record<string, unknown>> {
  return { matchers: matchers.map(formatMatcher), startsAt, endsAt, comment };
}
