/** Keeps this daemon's timeline in step with the shared log that all daemons write. */
import type { TimelineRecord } from "../domain/observation.ts";
import type { TimelineLog } from "../ports/timeline-log.ts";

export interface TimelineFeedOptions {
  readonly log: TimelineLog;
  readonly apply: (record: TimelineRecord) => void;
}

const PAGE = 5_000;

export class TimelineFeed {
  readonly #options: TimelineFeedOptions;
  #cursor: string | undefined;
  #catchUp: Promise<number> | undefined;

  constructor(options: TimelineFeedOptions) {
    this.#options = options;
  }

  /** Appends records durably, then applies everything new, these included. */
  async append(records: readonly TimelineRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.#options.log.append(records);
    await this.catchUp();
  }

  /** Applies what the log holds beyond the last call; resolves with the number of records. */
  async catchUp(): Promise<number> {
    while (this.#catchUp) await this.#catchUp;
    this.#catchUp = this.#readAll();
    try {
      return await this.#catchUp;
    } finally {
      this.#catchUp = undefined;
    }
  }

  async #readAll(): Promise<number> {
    let applied = 0;
    for (;;) {
      const { records, cursor } = await this.#options.log.read(this.#cursor, PAGE);
      for (const record of records) this.#options.apply(record);
      applied += records.length;
      if (cursor !== undefined) this.#cursor = cursor;
      if (records.length < PAGE) return applied;
    }
  }
}
