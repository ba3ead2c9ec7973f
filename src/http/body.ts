/**
 * Reads request bodies: bounded in size, bounded over all requests together, decompressed with a bound on the output so
 * that no small body can become a huge one. Bodies are handed on as bytes; nothing is parsed here.
 */
import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, inflateRaw } from "node:zlib";
import { TenfoldError } from "../domain/errors.ts";
import { HttpError } from "./problem.ts";

type Decompress = (data: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

const gunzipBounded: Decompress = promisify(gunzip);
const inflateBounded: Decompress = promisify(inflate);
const inflateRawBounded: Decompress = promisify(inflateRaw);
const brotliBounded: Decompress = promisify(brotliDecompress);

const DECODERS: Readonly<Record<string, Decompress>> = {
  gzip: gunzipBounded,
  "x-gzip": gunzipBounded,
  // RFC 9110 says zlib; some senders leave its header out.
  deflate: (data, options) => inflateBounded(data, options).catch(() => inflateRawBounded(data, options)),
  br: brotliBounded,
};

const ACCEPTED_ENCODINGS = "gzip, deflate, br, identity";

/** How much of a body that is too large is still read, so that the sender gets to see the answer. */
const DISCARD_FACTOR = 4;
const DISCARD_MILLISECONDS = 5_000;

/** Bytes of all bodies held at once. */
export class BodyBudget {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Throws `overloaded` when there is no room. A single body is always let in when nothing else is held. */
  take(bytes: number): void {
    if (this.#used > 0 && this.#used + bytes > this.#limit) {
      throw new TenfoldError("overloaded", "too many bodies are being received", { retryAfter: 1 });
    }
    this.#used += bytes;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }
}

/** A body and the room it takes: call `release` once it is no longer held. */
export interface HeldBody {
  readonly bytes: Buffer;
  release(): void;
}

/** Reads and decompresses a body. Fails with `body_too_large`, `overloaded` or `bad_encoding`. */
export async function readBody(
  message: IncomingMessage,
  headers: { readonly contentLength: string | undefined; readonly contentEncoding: string | undefined },
  limit: number,
  budget: BodyBudget,
): Promise<HeldBody> {
  let held = 0;
  const take = (bytes: number) => {
    budget.take(bytes);
    held += bytes;
  };
  const release = () => {
    budget.give(held);
    held = 0;
  };
  try {
    const decoders = decodersOf(headers.contentEncoding);
    if (Number(headers.contentLength ?? 0) > limit) throw tooLarge(limit);
    let bytes = await readAll(message, limit, take);
    for (const decode of decoders) {
      const decoded = await decompress(bytes, decode, limit);
      take(decoded.length);
      bytes = decoded;
    }
    return { bytes, release };
  } catch (error) {
    release();
    await discard(message, limit * DISCARD_FACTOR);
    throw error;
  }
}

function decodersOf(header: string | undefined): readonly Decompress[] {
  const names = (header ?? "")
    .toLowerCase()
    .split(",")
    .map((name) => name.trim());
  const wanted = names.filter((name) => name !== "" && name !== "identity");
  // Each layer multiplies the work; nobody needs more than one.
  const decoders = wanted.slice(0, 1).flatMap((name) => DECODERS[name] ?? []);
  if (decoders.length === wanted.length) return decoders;
  throw new HttpError("bad_encoding", `the content encoding is not accepted: send one of ${ACCEPTED_ENCODINGS}`, {
    status: 415,
    headers: { "accept-encoding": ACCEPTED_ENCODINGS },
  });
}

async function readAll(message: IncomingMessage, limit: number, take: (bytes: number) => void): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of message.iterator({ destroyOnReturn: false })) {
      const bytes = chunk as Buffer;
      size += bytes.length;
      if (size > limit) throw tooLarge(limit);
      take(bytes.length);
      chunks.push(bytes);
    }
  } catch (error) {
    if (error instanceof TenfoldError) throw error;
    throw new TenfoldError("invalid_request", "the connection ended before the body did");
  }
  const [only] = chunks;
  return only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks, size);
}

async function decompress(bytes: Buffer, decode: Decompress, limit: number): Promise<Buffer> {
  try {
    return await decode(bytes, { maxOutputLength: limit });
  } catch (error) {
    if (error instanceof RangeError && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(limit);
    const reason = error instanceof Error ? error.message : "unknown";
    throw new TenfoldError("bad_encoding", `the body could not be decompressed: ${reason}`);
  }
}

function tooLarge(limit: number): TenfoldError {
  return new TenfoldError("body_too_large", `the body is larger than ${limit} bytes after decompression`);
}

/** Reads on without keeping anything: a connection closed while the sender still writes would lose the answer. */
async function discard(message: IncomingMessage, most: number): Promise<void> {
  if (message.readableEnded || message.destroyed) return;
  const timer = setTimeout(() => message.emit("discarded"), DISCARD_MILLISECONDS);
  await new Promise<void>((resolve) => {
    let size = 0;
    const count = (chunk: Buffer) => {
      size += chunk.length;
      if (size > most) resolve();
    };
    message.on("data", count);
    for (const event of ["end", "close", "error", "discarded"]) message.once(event, () => resolve());
    message.resume();
  });
  clearTimeout(timer);
}
