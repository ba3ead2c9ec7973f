/** How a kind of notifier is listed: its name, its options and how it is made. One file a kind; see index.ts. */
import { z } from "zod";
import type { ChartTheme } from "../alerting/chart/palette.ts";
import type { Alert } from "../domain/alert.ts";
import type { Clock } from "../ports/clock.ts";
import type { AlertPicture, Notifier, NotifierMemory } from "../ports/notifier.ts";

/** What every notifier is given besides its options. */
export interface NotifierContext {
  readonly clock: Clock;
  /** Durable values of this very target. */
  readonly memory: NotifierMemory;
  /** Address ranges in CIDR notation, or addresses: private targets that are allowed all the same. */
  readonly allowPrivate: readonly string[];
  /**
   * The chart of an alert, with the numbers it was told with; undefined when nothing was counted. May take long or reject: no
   * message waits for it beyond a few seconds, or fails for want of it.
   */
  readonly picture: (alert: Alert, theme: ChartTheme) => Promise<AlertPicture | undefined>;
  /** Something an operator should know that is no failed delivery. Without secrets. */
  readonly warn: (text: string) => void;
  /** Standard output, for the console. */
  readonly write: (text: string) => void;
  /** True when standard output is a terminal that wants colour. */
  readonly color: boolean;
}

/** The option of notifiers that can show a chart. */
export const chartOption = z.enum(["light", "dark", "none"]).describe("Colours of the chart sent along; none sends none.");

export interface NotifierKind<Schema extends z.ZodType = z.ZodType> {
  readonly kind: string;
  /** Options with secrets and durations (milliseconds) already resolved by configuration. */
  readonly schema: Schema;
  /** Called once per configured target and reload. Opens no connection. */
  create(options: z.output<Schema>, context: NotifierContext): Notifier;
}
