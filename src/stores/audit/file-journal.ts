/**
 * The audit journal in a file. What is appended while a write is under way is written together with the next one (group
 * commit). A disk that is full stops nothing: records wait in bounded memory and are written when there is room.
 */
import { type ChainEnd, sealRecord, type Unsealed } from "../../domain/audit-record.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { formatTime } from "../../domain/time.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Journal, JournalEntry, JournalStatus } from "../../ports/journal.ts";
import { JournalFile } from "./journal-file.ts";
import { type QueueLimits, RecordQueue } from "./record-queue.ts";

export interface FileJournalOptions {
  readonly path: string;
  readonly clock: Pick<Clock, "now">;
  /** Called once when records cannot be written any more. */
  readonly onTrouble: (error: unknown) => void;
  /** Called once when they can again. */
  readonly onWritable: () => void;
  /** How often writing is tried again, milliseconds. (Default: 5 s) */
  readonly retryEvery?: number;
  /** How long a caller waits for a disk that hangs, milliseconds. (Default: 2 s) */
  readonly patience?: number;
  /** What is kept in memory meanwhile. (Default: 10,000 records, 16 MiB) */
  readonly limits?: QueueLimits;
}

const MAX_BATCH = 500;
/** Characters of the longest `data`; three bytes each at most, so that a line is shorter than MAX_RECORD. */
const MAX_DATA = 1024 * 1024;
const LIMITS: QueueLimits = { records: 10_000, bytes: 16 * 1024 * 1024 };
/** Errors that may pass by themselves: a daemon may start in spite of them. */
const NO_ROOM = ["ENOSPC", "EDQUOT"];

export class FileJournal implements Journal {
  readonly #options: FileJournalOptions;
  readonly #queue: RecordQueue;
  /** Of what happened to the file itself: written before everything else. */
  #notices: Unsealed[] = [];
  #waiters: (() => void)[] = [];
  #file: JournalFile | undefined;
  #end: ChainEnd | undefined;
  #trouble: string | undefined;
  #running: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(options: FileJournalOptions) {
    this.#options = options;
    this.#queue = new RecordQueue(options.limits ?? LIMITS);
  }

  /** Rejects when the file cannot be opened for another reason than a full disk, or is no journal. */
  static async open(options: FileJournalOptions): Promise<FileJournal> {
    const journal = new FileJournal(options);
    try {
      await journal.#reopen();
    } catch (error) {
      if (!NO_ROOM.includes(String((error as NodeJS.ErrnoException).code))) throw error;
      journal.#failed(error);
    }
    return journal;
  }

  append({ kind, subject, data }: JournalEntry): Promise<void> {
    if (this.#closed) return Promise.resolve();
    const text = canonicalJson(data);
    const dataText = text.length > MAX_DATA ? canonicalJson({ leftOut: text.length }) : text;
    this.#queue.add({ time: this.#time(), kind, subject, dataText });
    if (this.#trouble !== undefined) return Promise.resolve();
    const done = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#options.patience ?? 2_000);
      this.#waiters.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.#run();
    return done;
  }

  status(): JournalStatus {
    return {
      ...(this.#trouble === undefined ? {} : { trouble: this.#trouble }),
      waiting: this.#queue.length,
      dropped: this.#queue.dropped,
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#running;
    if (this.#queue.length > 0) await this.#drain();
    clearTimeout(this.#retry);
    await this.#file?.close();
    this.#file = undefined;
  }

  #run(): void {
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
      // Appended after the last look at the queue and before this.
      if (this.#queue.length > 0 && this.#trouble === undefined) this.#run();
    });
  }

  /** Writes until nothing waits or something fails. Never rejects. */
  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const waiters = this.#waiters;
      this.#waiters = [];
      try {
        // All who wait are in the queue already; they are told when it has been written up to them.
        for (let left = this.#queue.length; left > 0; left -= MAX_BATCH) await this.#write(Math.min(left, MAX_BATCH));
      } catch (error) {
        this.#failed(error);
        return;
      } finally {
        for (const tell of waiters) tell();
      }
    }
    if (this.#trouble !== undefined) {
      this.#trouble = undefined;
      this.#options.onWritable();
    }
  }

  async #write(limit: number): Promise<void> {
    try {
      if (!this.#file || !(await this.#file.isOurs())) await this.#reopen();
      const file = this.#file;
      let end = this.#end;
      if (!file || !end) throw new Error("the journal is not open");
      const notices = this.#notices.length;
      let text = "";
      for (const record of [...this.#notices, ...this.#queue.take(limit)]) {
        const sealed = sealRecord(record, end);
        text += `${sealed.line}\n`;
        end = sealed.end;
      }
      await file.append(text);
      this.#end = end;
      this.#notices = this.#notices.slice(notices);
      this.#queue.written();
    } catch (error) {
      this.#queue.notWritten();
      throw error;
    }
  }

  /** Opens the file where its chain ends now. What is not as we left it is recorded. */
  async #reopen(): Promise<void> {
    const before = this.#end;
    const old = this.#file;
    this.#file = undefined;
    await old?.close();
    const file = await JournalFile.open(this.#options.path);
    this.#file = file;
    this.#end = file.end;
    if (file.torn) this.#notice({ reason: "torn-line", ...file.torn });
    if (before !== undefined && before.hash !== file.end.hash) {
      const reason = file.end.seq === 0 ? "file-replaced" : "file-changed";
      this.#notice({ reason, previousSeq: before.seq, previousHash: before.hash });
    }
  }

  #notice(data: JournalEntry["data"]): void {
    this.#notices.push({ time: this.#time(), kind: "journal.recovered", subject: "journal", dataText: canonicalJson(data) });
  }

  #failed(error: unknown): void {
    const isNews = this.#trouble === undefined;
    this.#trouble = error instanceof Error ? error.message : String(error);
    for (const tell of this.#waiters.splice(0)) tell();
    if (isNews) this.#options.onTrouble(error);
    if (!this.#closed) this.#tryLater();
  }

  /** With nothing waiting there is nothing to learn by trying. */
  #again(): void {
    if (this.#queue.length === 0) this.#tryLater();
    else this.#run();
  }

  #tryLater(): void {
    this.#retry = setTimeout(() => this.#again(), this.#options.retryEvery ?? 5_000);
    this.#retry.unref();
  }

  #time(): string {
    return formatTime(this.#options.clock.now());
  }
}
