/**
 * Reads recorded events and changes from files: NDJSON line by line (any size), `.gz` of it, one JSON document or
 * array, and YAML documents. `-` is standard input.
 */
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { createGunzip, gunzipSync } from "node:zlib";
import { parseAllDocuments } from "yaml";
import { TenfoldError } from "../domain/errors.ts";

export interface FileRecord {
  /** File name and line (or document) number, from 1: for messages. */
  readonly where: string;
  /** Decoded value, or undefined when the line is not JSON. */
  readonly value: unknown;
  readonly broken?: string;
}

/** Documents that are not line-based are read whole; larger ones are refused. */
const MAX_DOCUMENT_BYTES = 512 * 1024 * 1024;

/** All records of a file, in file order. Throws when the file cannot be read. */
export async function* readRecords(file: string): AsyncGenerator<FileRecord> {
  try {
    if (/\.ya?ml(\.gz)?$/i.test(file)) yield* yamlRecords(file);
    else yield* jsonRecords(file);
  } catch (error) {
    throw isDamage(error) ? new TenfoldError("bad_encoding", `${file}: ${error.message}`, { cause: error }) : error;
  }
}

/** True for what zlib says of bytes that are not gzip, or not all of it. */
function isDamage(error: unknown): error is Error {
  return error instanceof Error && String((error as { readonly code?: unknown }).code).startsWith("Z_");
}

async function* jsonRecords(file: string): AsyncGenerator<FileRecord> {
  const lines = createInterface({ input: open(file), crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  let document: string[] | undefined;
  let size = 0;
  for await (const raw of lines) {
    number++;
    const line = number === 1 && raw.charCodeAt(0) === 0xfeff ? raw.slice(1) : raw;
    if (document) {
      document.push(line);
      size += line.length;
      if (size > MAX_DOCUMENT_BYTES)
        throw new TenfoldError(
          "body_too_large",
          `${file}: a JSON document of more than ${MAX_DOCUMENT_BYTES} bytes; use one record per line`,
        );
      continue;
    }
    if (line.trim() === "") continue;
    const value = tryParse(line);
    if (value !== undefined) {
      yield* spread(value, `${file}:${number}`);
      continue;
    }
    if (number === 1 && /^\s*[[{]\s*$|^\s*\[/.test(line)) {
      document = [line];
      continue;
    }
    yield { where: `${file}:${number}`, value: undefined, broken: "not valid JSON" };
  }
  if (!document) return;
  const value = tryParse(document.join("\n"));
  if (value === undefined) yield { where: file, value: undefined, broken: "not valid JSON" };
  else yield* spread(value, file);
}

function* spread(value: unknown, where: string): Generator<FileRecord> {
  if (!Array.isArray(value)) {
    yield { where, value };
    return;
  }
  for (let i = 0; i < value.length; i++) yield { where: `${where}[${i}]`, value: value[i] };
}

async function* yamlRecords(file: string): AsyncGenerator<FileRecord> {
  const bytes = await readFile(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes, { maxOutputLength: MAX_DOCUMENT_BYTES }) : bytes).toString("utf8");
  let number = 0;
  for (const document of parseAllDocuments(text)) {
    number++;
    const where = `${file}#${number}`;
    const [error] = document.errors;
    if (error) yield { where, value: undefined, broken: error.message.split("\n")[0] ?? "not valid YAML" };
    else if (document.contents !== null) yield { where, value: document.toJS({ maxAliasCount: 100 }) };
  }
}

function open(file: string): Readable {
  if (file === "-") return process.stdin;
  const stream = createReadStream(file, { highWaterMark: 1 << 20 });
  if (!file.endsWith(".gz")) return stream;
  const gunzip = createGunzip();
  stream.on("error", (error) => gunzip.destroy(error));
  return stream.pipe(gunzip);
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
