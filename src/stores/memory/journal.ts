/**
 * The journal of the embedded store. Operations are appended to `journal-<n>`; what is waiting is written and synced to
 * disk together, and only then are the callers told (fsync policy: always, shared by all that waited). When a journal has
 * grown, the whole state is written to `snapshot` and journals before it are removed.
 */
import { closeSync, existsSync, mkdirSync, openSync, readdirSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { TenfoldError } from "../../domain/errors.ts";
import { encodeLine, readLines } from "./journal-file.ts";
import type { Operation, OperationLog } from "./operation.ts";

/** Bytes after which a journal is replaced by a snapshot; at least as large as the snapshot was, so that work is shared. */
const MIN_JOURNAL_SIZE = 64 * 1024 * 1024;
const SNAPSHOT = "snapshot";
const RETRY_AFTER_SECONDS = 5;

interface Waiting {
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface SnapshotHead {
  /** First journal not contained in the snapshot. */
  readonly generation: number;
}

export class Journal implements OperationLog {
  readonly enabled = true;
  readonly #directory: string;
  /** The whole state, one JSON value a line. Called only while no operation is half applied. */
  readonly #dump: () => readonly unknown[];
  readonly #minimumSize: number;
  #generation = 0;
  #handle: FileHandle | undefined;
  #size = 0;
  #snapshotSize = 0;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  /** After a failed write memory is ahead of the disk, and nothing is acknowledged until a snapshot makes them agree. */
  #broken = false;
  /** Something was applied during a repair, after its snapshot was taken. */
  #missed = false;
  #repairing: Promise<void> | undefined;
  #closed = false;

  constructor(directory: string, dump: () => readonly unknown[], minimumSize = MIN_JOURNAL_SIZE) {
    this.#directory = directory;
    this.#dump = dump;
    this.#minimumSize = minimumSize;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }

  /** Reads back what is on disk: the snapshot's values, then the operations since. Called once, before anything else. */
  restore(load: (value: unknown) => void, apply: (operation: Operation) => void): void {
    let head: SnapshotHead | undefined;
    if (existsSync(this.#path(SNAPSHOT))) {
      readLines(this.#path(SNAPSHOT), (value) => {
        if (head === undefined) head = value as SnapshotHead;
        else load(value);
      });
    }
    const from = (head as SnapshotHead | undefined)?.generation ?? 0;
    for (const generation of this.#generations().filter((each) => each >= from)) {
      readLines(this.#path(`journal-${generation}`), (value) => apply(value as Operation));
      this.#generation = generation + 1;
    }
    this.#generation = Math.max(this.#generation, from);
    // Claimed at once: a folder that cannot be written is told at start, not with the first event.
    closeSync(openSync(this.#path(`journal-${this.#generation}`), "a", 0o600));
  }

  ready(): Promise<void> | undefined {
    if (this.#closed) return Promise.reject(new TenfoldError("store_unavailable", "the store is closed"));
    if (!this.#broken) return undefined;
    this.#repairing ??= this.#repair().finally(() => {
      this.#repairing = undefined;
    });
    return this.#repairing;
  }

  append(operation: Operation): Promise<void> {
    if (this.#broken) {
      this.#missed = true;
      return Promise.reject(failure(new Error(`${this.#directory} cannot be written`)));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line: encodeLine(operation), resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Writes what is waiting and a last snapshot, so that the next start is quick. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#running;
    if (!this.#broken) await this.#snapshot(this.#encodeState()).catch(() => undefined);
    await this.#handle?.close();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      // All operations so far are applied and in this batch or before it: the state now is what the snapshot must hold.
      const due = this.#size > Math.max(this.#minimumSize, this.#snapshotSize);
      const state = due ? this.#encodeState() : undefined;
      try {
        await this.#write(batch.map(({ line }) => line).join(""));
        for (const { resolve } of batch) resolve();
        if (state) await this.#snapshot(state);
      } catch (error) {
        this.#broken = true;
        for (const { reject } of [...batch, ...this.#waiting]) reject(failure(error));
        this.#waiting = [];
      }
    }
    this.#running = undefined;
  }

  async #write(text: string): Promise<void> {
    this.#handle ??= await open(this.#path(`journal-${this.#generation}`), "a", 0o600);
    await this.#handle.appendFile(text);
    await this.#handle.datasync();
    this.#size += Buffer.byteLength(text);
  }

  /** The state as text, all of one moment. */
  #encodeState(): readonly string[] {
    return this.#dump().map(encodeLine);
  }

  /** Replaces everything on disk by `state`; from here on a new journal is written. */
  async #snapshot(state: readonly string[]): Promise<void> {
    const old = this.#handle;
    this.#handle = undefined;
    this.#generation++;
    this.#size = 0;
    await old?.close();
    const head: SnapshotHead = { generation: this.#generation };
    const file = await open(this.#path(`${SNAPSHOT}.new`), "w", 0o600);
    let size = 0;
    try {
      for (const line of [encodeLine(head), ...state]) {
        await file.appendFile(line);
        size += line.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(this.#path(`${SNAPSHOT}.new`), this.#path(SNAPSHOT));
    await this.#syncDirectory();
    this.#snapshotSize = size;
    for (const generation of this.#generations()) {
      if (generation < this.#generation) await rm(this.#path(`journal-${generation}`), { force: true });
    }
  }

  async #repair(): Promise<void> {
    await this.#running;
    this.#missed = false;
    try {
      await this.#snapshot(this.#encodeState());
    } catch (error) {
      throw failure(error);
    }
    this.#broken = this.#missed;
  }

  async #syncDirectory(): Promise<void> {
    const directory = await open(this.#directory, "r");
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }

  #generations(): number[] {
    const names = readdirSync(this.#directory).map((name) => /^journal-(\d+)$/.exec(name)?.[1]);
    return names.flatMap((number) => (number === undefined ? [] : Number(number))).sort((a, b) => a - b);
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }
}

function failure(error: unknown): TenfoldError {
  const text = error instanceof Error ? error.message : String(error);
  return new TenfoldError("store_unavailable", `the journal cannot be written: ${text}`, {
    retryAfter: RETRY_AFTER_SECONDS,
    cause: error,
  });
}
