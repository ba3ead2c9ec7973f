/** What every store promises: definitions by name, each a function of an open, empty store. */
import { ALERT_CONTRACT } from "./store-contract-alerts.ts";
import { COUNTED_CONTRACT } from "./store-contract-counted.ts";
import { COUNTING_CONTRACT } from "./store-contract-counting.ts";
import { EVALUATION_CONTRACT } from "./store-contract-evaluation.ts";
import { UNPLACED_CONTRACT } from "./store-contract-unplaced.ts";
import type { OpenStore } from "./store-environment.ts";

export interface Promised {
  readonly name: string;
  readonly holds: (open: OpenStore) => Promise<void>;
}

/** Every definition expects a store opened with these. */
export const CONTRACT_OPTIONS = { shards: 8, seriesLimit: 50 } as const;

export const STORE_CONTRACT: readonly Promised[] = [
  ...COUNTING_CONTRACT,
  ...COUNTED_CONTRACT,
  ...UNPLACED_CONTRACT,
  ...EVALUATION_CONTRACT,
  ...ALERT_CONTRACT,
];
