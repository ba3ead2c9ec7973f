import type { Severity } from "../../domain/alert.ts";

/** What a message says, in parts that a notifier fits into its target's form and limits. */
export interface Message {
  /** `Firing`, `Got worse`, `Resolved` …: what just happened. */
  readonly status: string;
  readonly severity: Severity;
  /** The alert's title, without status: stable enough for a mail subject. One line. */
  readonly title: string;
  /** `[FIRING] CRITICAL PCI violations …`. One line. */
  readonly headline: string;
  /** One sentence with the numbers. */
  readonly summary: string;
  /** One sentence about the cause; says "caused by" only when the verdict is asserted. */
  readonly cause: string;
  /** Why, strongest first; at most four. */
  readonly evidence: readonly string[];
  /** What to do; empty once it is over. */
  readonly advice: readonly string[];
  /** Caveats: delay, test, data quality. */
  readonly notes: readonly string[];
  /** Label and value, for targets with a table of fields. */
  readonly fields: readonly (readonly [label: string, value: string])[];
  /** Up to two sample records, one line each, cut. */
  readonly samples: readonly string[];
  readonly link: string;
  readonly runbook?: string;
  /** Everything as plain text. */
  readonly text: string;
  /** One SMS: at most 160 places of the GSM alphabet, one line. */
  readonly short: string;
}
