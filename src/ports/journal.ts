/** The audit journal: what happened, in an order that cannot be changed afterwards unnoticed. */

export interface JournalEntry {
  /** Closed list of names such as `alert.fired`, `notification.delivered`, `silence.created`: see docs/operations.md. */
  readonly kind: string;
  /** What it is about: the id of an alert or silence, the name of a daemon. */
  readonly subject: string;
  /** JSON. Never holds a secret, nor a URL that may carry one. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface JournalStatus {
  /** Why records cannot be written at present; absent while they can. */
  readonly trouble?: string;
  /** Records in memory that are not yet written. */
  readonly waiting: number;
  /** Records given up since the start because memory for them was used up. */
  readonly dropped: number;
}

export interface Journal {
  /**
   * Resolves when the record is on disk. Never rejects, and never waits for a disk that is full or hangs: then the record
   * is kept in memory, and resolving means only that.
   */
  append(entry: JournalEntry): Promise<void>;
  status(): JournalStatus;
  /** Writes what is waiting, tried once more; what follows is not recorded. */
  close(): Promise<void>;
}
