import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, describe, expect, it } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { verify as command } from "../../src/cli/verify.ts";
import { auditLines } from "../harness/audit-lines.ts";
import { tenfold } from "../harness/tenfold-process.ts";

const folder = mkdtempSync(join(tmpdir(), "tenfold-verify-"));
afterAll(() => rmSync(folder, { recursive: true }));

const lines = auditLines([{ n: 1 }, { n: 2 }, { n: 3 }]);

async function verify(...args: readonly string[]) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const code = await runProgram(["verify", ...args], [command], "1.2.3", { stdout, stderr, env: {}, color: false });
  return { code, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
}

function file(text: string): string {
  const path = join(folder, "audit.ndjson");
  writeFileSync(path, text);
  return path;
}

describe("verify", () => {
  it("exits 0 and says how many records there are, from when to when", async () => {
    const { code, stdout, stderr } = await verify(file(lines.join("")));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /^3 records, chain intact, first 2026-11-23T10:00:00\.000Z, last 2026-11-23T10:00:02\.000Z \(seq 3, hash [0-9a-f]{64}\)\n$/,
    );
  });

  it("exits 0 for an empty journal", async () => {
    expect(await verify(file(""))).toMatchObject({ code: 0, stdout: "0 records, chain intact: the journal is empty\n" });
  });

  it.each([
    ["a changed record", lines.join("").replace('"n":2', '"n":7'), "line 2, seq 2: hash mismatch", 1],
    ["a missing record", `${lines[0]}${lines[2]}`, "line 2, seq 3: seq gap", 1],
    ["another beginning", `${auditLines([{ n: 0 }])[0]}${lines[1]}`, "line 2, seq 2: prev mismatch", 1],
    ["text", `${lines[0]}${lines[1]}oops\n`, "line 3, seq 3: not JSON", 2],
    ["half a line", lines.join("").slice(0, -10), "line 3, seq 3: truncated", 2],
  ])("exits 3 and names %s", async (_name, text, broken, intact) => {
    const path = file(text);
    const { code, stdout, stderr } = await verify(path);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toContain(`${path}: ${broken}`);
    expect(stderr).toContain(`${intact} records before it are intact`);
  });

  it("exits 1 when there is nothing to read, and 2 for a wrong command line", async () => {
    expect((await verify(join(folder, "missing"))).code).toBe(1);
    expect((await verify(folder)).code).toBe(1);
    expect((await verify()).code).toBe(2);
    expect((await verify("a", "b")).code).toBe(2);
    expect((await verify("--no-such-option", "a")).code).toBe(2);
  });

  it("reads standard input", async () => {
    expect(await tenfold(["verify", "-"], lines.join(""))).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^3 records/),
    });
    const broken = await tenfold(["verify", "-"], lines.slice(1).join(""));
    expect(broken).toMatchObject({ code: 3, stderr: expect.stringContaining("standard input: line 1, seq 2: seq gap") });
  });
});
