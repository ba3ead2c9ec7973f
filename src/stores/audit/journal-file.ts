/** The file of the journal: opened where its chain ends, appended to with fsync, and never left with half a line. */
import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { type ChainEnd, EMPTY_CHAIN } from "../../domain/audit-record.ts";
import { readTail } from "./journal-tail.ts";

/** What was cut off the end of the file because a crash had left it unfinished. */
export interface Torn {
  readonly bytes: number;
  readonly sha256: string;
  /** Where it is kept. */
  readonly movedTo: string;
}

export class JournalFile {
  /** Where the chain ended when the file was opened. */
  readonly end: ChainEnd;
  readonly torn: Torn | undefined;
  readonly #path: string;
  readonly #handle: FileHandle;
  /** Bytes known to be on disk. */
  #size: number;

  private constructor(path: string, handle: FileHandle, size: number, end: ChainEnd, torn: Torn | undefined) {
    this.#path = path;
    this.#handle = handle;
    this.#size = size;
    this.end = end;
    this.torn = torn;
  }

  static async open(path: string): Promise<JournalFile> {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(path, "a+", 0o600);
    try {
      const { size } = await handle.stat();
      if (size === 0) {
        await syncDirectory(dirname(path));
        return new JournalFile(path, handle, 0, EMPTY_CHAIN, undefined);
      }
      const tail = await readTail(handle, path, size);
      const torn = tail.torn.length > 0 ? await setAside(`${path}.torn`, tail.torn) : undefined;
      if (torn) {
        await handle.truncate(tail.size);
        await handle.sync();
      }
      return new JournalFile(path, handle, tail.size, tail.end, torn);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** False when the path leads to another file by now, or somebody else has written to this one. */
  async isOurs(): Promise<boolean> {
    const [own, there] = await Promise.all([this.#handle.stat(), stat(this.#path).catch(() => undefined)]);
    return there !== undefined && own.ino === there.ino && own.dev === there.dev && own.size === this.#size;
  }

  /** Resolves when the text is on disk. When it rejects the file is as it was, as far as the disk still allows. */
  async append(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    try {
      await this.#handle.appendFile(bytes);
      await this.#handle.datasync();
      this.#size += bytes.length;
    } catch (error) {
      // What cannot be cut off here is found as a torn line when the file is opened again.
      await this.#handle.truncate(this.#size).catch(() => undefined);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

async function setAside(path: string, bytes: Buffer): Promise<Torn> {
  const file = await open(path, "a", 0o600);
  try {
    await file.appendFile(Buffer.concat([bytes, Buffer.from("\n")]));
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex"), movedTo: path };
}

/** A new file is only there after a crash of the machine when its folder was synced too. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
