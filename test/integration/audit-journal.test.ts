import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/app/system-clock.ts";
import { ChainVerifier } from "../../src/domain/audit-chain.ts";
import type { AuditRecord } from "../../src/domain/audit-record.ts";
import { FileJournal, type FileJournalOptions } from "../../src/stores/audit/file-journal.ts";
import { auditLines } from "../harness/audit-lines.ts";

let folder = "";
let path = "";
let said: string[] = [];
const open: FileJournal[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tenfold-audit-"));
  path = join(folder, "audit.ndjson");
  said = [];
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((journal) => journal.close()));
  rmSync(folder, { recursive: true });
});

async function openJournal(options: Partial<FileJournalOptions> = {}): Promise<FileJournal> {
  const journal = await FileJournal.open({
    path,
    clock: systemClock,
    onTrouble: (error) => said.push(String((error as NodeJS.ErrnoException).code)),
    onWritable: () => said.push("writable"),
    retryEvery: 20,
    ...options,
  });
  open.push(journal);
  return journal;
}

const note = (journal: FileJournal, n: number): Promise<void> => journal.append({ kind: "test", subject: `s${n}`, data: { n } });

async function noteAll(journal: FileJournal, from: number, to: number): Promise<void> {
  await Promise.all(Array.from({ length: to - from + 1 }, (_, index) => note(journal, from + index)));
}

/** The records of the file, after its chain was found to hold. */
function records(file = path): readonly AuditRecord[] {
  const bytes = readFileSync(file);
  const chain = new ChainVerifier();
  expect(chain.push(bytes) ?? chain.end()).toBeUndefined();
  return bytes
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as AuditRecord);
}

const subjects = (file = path): readonly string[] => records(file).map((record) => record.subject);

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(5);
}

describe("the journal's file", () => {
  it("has every record when its append resolves, in order, and is for its owner only", async () => {
    const journal = await openJournal();
    await noteAll(journal, 1, 1200);
    expect(subjects()).toEqual(Array.from({ length: 1200 }, (_, index) => `s${index + 1}`));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("goes on where it ended when it is opened again", async () => {
    const journal = await openJournal();
    await noteAll(journal, 1, 3);
    await journal.close();
    await note(await openJournal(), 4);
    expect(subjects()).toEqual(["s1", "s2", "s3", "s4"]);
  });

  it.each([
    ["half a line", '{"data":{"n":3},"hash":"00'],
    ["a whole line without its newline", auditLines([{ n: 9 }])[0]?.trimEnd() ?? ""],
    ["blocks that were never filled", "\0".repeat(5000)],
    ["blocks that were never filled, and a line after them", `${"\0".repeat(300)}\n`],
  ])("sets %s aside, says so and goes on", async (_name, torn) => {
    const journal = await openJournal();
    await noteAll(journal, 1, 2);
    await journal.close();
    appendFileSync(path, torn);
    await note(await openJournal(), 3);
    expect(subjects()).toEqual(["s1", "s2", "journal", "s3"]);
    const sha256 = createHash("sha256").update(torn).digest("hex");
    const data = { reason: "torn-line", bytes: Buffer.byteLength(torn), sha256, movedTo: `${path}.torn` };
    expect(records()[2]).toMatchObject({ kind: "journal.recovered", data });
    expect(readFileSync(`${path}.torn`, "utf8")).toBe(`${torn}\n`);
  });

  it("begins anew when the very first record was cut off", async () => {
    writeFileSync(path, '{"data":{"ho');
    await note(await openJournal(), 1);
    expect(subjects()).toEqual(["journal", "s1"]);
  });

  it("is not opened when it is something else, which stays as it is", async () => {
    writeFileSync(path, "root:x:0:0:root\n");
    await expect(openJournal()).rejects.toMatchObject({ code: "invalid_configuration" });
    expect(readFileSync(path, "utf8")).toBe("root:x:0:0:root\n");
    writeFileSync(join(folder, "file"), "");
    await expect(openJournal({ path: join(folder, "file", "audit") })).rejects.toMatchObject({ code: "EEXIST" });
  });

  it("begins a new chain that names the old one when it was moved away", async () => {
    const journal = await openJournal();
    await noteAll(journal, 1, 2);
    renameSync(path, `${path}.1`);
    await note(journal, 3);
    expect(subjects(`${path}.1`)).toEqual(["s1", "s2"]);
    expect(subjects()).toEqual(["journal", "s3"]);
    const last = records(`${path}.1`).at(-1);
    expect(records()[0]?.data).toEqual({ reason: "file-replaced", previousSeq: 2, previousHash: last?.hash });
  });

  it("tells when somebody else wrote to it, and continues after them", async () => {
    const journal = await openJournal();
    await note(journal, 1);
    const [first] = records();
    appendFileSync(path, auditLines([{}], { seq: 1, hash: first?.hash ?? "" })[0] ?? "");
    await note(journal, 2);
    expect(subjects()).toEqual(["s1", "a0", "journal", "s2"]);
    expect(records()[2]?.data).toMatchObject({ reason: "file-changed", previousSeq: 1 });
  });
});

// Every write to this device fails with ENOSPC, as on a disk that is full.
describe.runIf(existsSync("/dev/full"))("a full disk", () => {
  it("loses nothing that fits into memory, tells once, and writes when there is room", async () => {
    symlinkSync("/dev/full", path);
    const journal = await openJournal();
    await noteAll(journal, 1, 5);
    await pause(100);
    await note(journal, 6);
    expect(said).toEqual(["ENOSPC"]);
    expect(journal.status()).toMatchObject({ trouble: expect.stringContaining("ENOSPC"), waiting: 6, dropped: 0 });
    rmSync(path);
    await until(() => said.length > 1);
    expect(said).toEqual(["ENOSPC", "writable"]);
    expect(journal.status()).toEqual({ waiting: 0, dropped: 0 });
    expect(subjects()).toEqual(["s1", "s2", "s3", "s4", "s5", "s6"]);
  });

  it("in the middle of a journal: the chain goes on where it was", async () => {
    const journal = await openJournal();
    await noteAll(journal, 1, 2);
    renameSync(path, `${path}.kept`);
    symlinkSync("/dev/full", path);
    await note(journal, 3);
    expect(said).toEqual(["ENOSPC"]);
    renameSync(`${path}.kept`, path);
    await until(() => said.length > 1);
    expect(subjects().filter((subject) => subject !== "journal")).toEqual(["s1", "s2", "s3"]);
  });

  it("drops what does not fit, and records how much and when", async () => {
    symlinkSync("/dev/full", path);
    const journal = await openJournal({ limits: { records: 3, bytes: 1_000_000 }, retryEvery: 60_000 });
    await noteAll(journal, 1, 8);
    expect(journal.status()).toMatchObject({ waiting: 4, dropped: 5 });
    rmSync(path);
    await journal.close();
    expect(subjects()).toEqual(["s1", "s2", "s3", "journal"]);
    expect(records()[3]).toMatchObject({ kind: "journal.gap", data: { dropped: 5 } });
  });

  it("bounds bytes as well as records", async () => {
    symlinkSync("/dev/full", path);
    const journal = await openJournal({ limits: { records: 1000, bytes: 2500 }, retryEvery: 60_000 });
    // Each takes a little more than 1000 characters, so two fit.
    for (let n = 0; n < 6; n++) await journal.append({ kind: "test", subject: "s", data: { text: "x".repeat(1000) } });
    expect(journal.status()).toMatchObject({ waiting: 3, dropped: 4 });
  });

  it("at the end: says that records are left", async () => {
    symlinkSync("/dev/full", path);
    const journal = await openJournal();
    await noteAll(journal, 1, 2);
    await journal.close();
    expect(journal.status()).toMatchObject({ waiting: 2 });
  });
});
