/** How a kind of notifier is listed: its name, its options and how it is made. One file a kind; see index.ts. */
import type { z } from "zod";
import type { Clock } from "../ports/clock.ts";
import type { Notifier, NotifierMemory } from "../ports/notifier.ts";

/** What every notifier is given besides its options. */
export interface NotifierContext {
  readonly clock: Clock;
  /** Durable values of this very target. */
  readonly memory: NotifierMemory;
  /** Address ranges in CIDR notation, or addresses: private targets that are allowed all the same. */
  readonly allowPrivate: readonly string[];
  /** Standard output, for the console. */
  readonly write: (text: string) => void;
  /** True when standard output is a terminal that wants colour. */
  readonly color: boolean;
}

export interface NotifierKind<Schema extends z.ZodType = z.ZodType> {
  readonly kind: string;
  /** Options with secrets and durations (milliseconds) already resolved by configuration. */
  readonly schema: Schema;
  /** Called once per configured target and reload. Opens no connection. */
  create(options: z.output<Schema>, context: NotifierContext): Notifier;
}
