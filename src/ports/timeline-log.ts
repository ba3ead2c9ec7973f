import type { TimelineRecord } from "../domain/observation.ts";

/** The shared, append-only log behind the timeline: every daemon tails it and builds the same picture in memory. */
export interface TimelineLog {
  /** Appends records durably. Rejects with `store_unavailable` when that is not certain; appending twice is harmless. */
  append(records: readonly TimelineRecord[]): Promise<void>;
  /** Records after `cursor` (undefined: from the oldest kept), at most `limit`, with the cursor to go on from. */
  read(
    cursor: string | undefined,
    limit: number,
  ): Promise<{ readonly records: readonly TimelineRecord[]; readonly cursor: string | undefined }>;
}
