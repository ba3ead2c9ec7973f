import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, describe, expect, it } from "vitest";
import type { CliCommand } from "../../src/cli/command.ts";
import { CommandFailure, EXIT } from "../../src/cli/exit.ts";
import { runProgram } from "../../src/cli/program.ts";
import { TenfoldError } from "../../src/domain/errors.ts";

const ROOT = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "tenfold-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function tenfold(...args: readonly string[]): Promise<Result> {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: "1" };
    execFile(process.execPath, [join(ROOT, "bin/tenfold.js"), ...args], { env, cwd: ROOT }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? -1);
      resolve({ code, stdout, stderr });
    });
  });
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The program in this process, for commands that exist only here. */
async function inProcess(command: CliCommand, ...args: readonly string[]): Promise<Result> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const code = await runProgram(args, [command], "1.2.3", { stdout, stderr, env: {}, color: false });
  return { code, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
}

function failing(error: unknown): CliCommand {
  return {
    name: "fail",
    summary: "fail",
    build: (command) =>
      void command.action(async () => {
        throw error;
      }),
  };
}

describe("tenfold", () => {
  it("prints help and version as data", async () => {
    const help = await tenfold("--help");
    expect(help).toMatchObject({ code: 0, stderr: "" });
    for (const name of [
      "run",
      "replay",
      "check",
      "explain",
      "routes",
      "deliveries",
      "test-receiver",
      "simulate",
      "verify",
      "schema",
      "bench",
    ]) {
      expect(help.stdout).toContain(`\n  ${name} `);
    }
    expect(await tenfold("--version")).toEqual({ code: 0, stdout: "0.1.0\n", stderr: "" });
    expect((await tenfold("check", "--help")).stdout).toContain("--config <file>");
  });

  it.each([[[]], [["chekc"]], [["check", "--nope"]], [["schema", "nothing"]], [["schema"]]])(
    "answers wrong usage %j with 2, on standard error",
    async (args) => {
      const result = await tenfold(...args);
      expect(result).toMatchObject({ code: 2, stdout: "" });
      expect(result.stderr).not.toBe("");
    },
  );

  it.each(["config", "event", "change", "alert"])("prints the JSON Schema of %s", async (name) => {
    const { code, stdout } = await tenfold("schema", name);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ type: "object", properties: expect.anything() });
  });

  it("survives a reader that closes the pipe", async () => {
    const child: ChildProcess = spawn(process.execPath, [join(ROOT, "bin/tenfold.js"), "schema", "config"], { cwd: ROOT });
    child.stdout?.destroy();
    let stderr = "";
    child.stderr?.on("data", (chunk) => {
      stderr += chunk;
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect([code, stderr]).toEqual([0, ""]);
  });
});

describe("tenfold check", () => {
  it("finds nothing in the shipped configuration", async () => {
    expect(await tenfold("check")).toEqual({ code: 0, stdout: "config/tenfold.yaml: ok\n", stderr: "" });
  });

  it("says file, line, column, path and what to write, and exits 2", async () => {
    const path = file("bad.yaml", "server:\n  listn: 1\nroute: {receiver: nobody}\n");
    const { code, stdout, stderr } = await tenfold("check", "--config", path);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.split("\n")).toEqual([
      `${path}:2:3: error: server.listn: unknown key; did you mean "listen"?`,
      `${path}:3:19: error: route.receiver: there is no receiver "nobody"; use one of console`,
      "2 errors, 0 warnings",
      "",
    ]);
  });

  it("prints the same as JSON", async () => {
    const path = file("bad.json.yaml", "clustr: a\n");
    const { code, stdout } = await tenfold("check", "--config", path, "--format", "json");
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, problems: [{ file: path, line: 1, column: 1, path: "clustr" }] });
  });

  it("exits 2 when the file does not exist", async () => {
    expect((await tenfold("check", "--config", join(folder, "none.yaml"))).code).toBe(2);
  });
});

describe("tenfold test-receiver", () => {
  it("sends a marked alert and prints the answers; 1 when one failed", async () => {
    const bodies: string[] = [];
    const target = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        bodies.push(body);
        response.statusCode = request.url === "/good" ? 200 : 404;
        response.end();
      });
    });
    await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
    const base = `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
    const config = (paths: readonly string[]) =>
      file(
        "receivers.yaml",
        `delivery: {allow_private: [127.0.0.0/8]}\nreceivers: [{name: hooks, webhook: [${paths.map((path) => `{url: "${base}${path}"}`).join(", ")}]}]\n`,
      );
    const good = await tenfold("test-receiver", "hooks", "--config", config(["/good"]));
    expect([good.code, good.stderr]).toEqual([0, ""]);
    expect(good.stdout).toMatch(/^hooks\/webhook\/0: delivered/);
    expect(bodies[0]).toContain("TEST");
    const bad = await tenfold("test-receiver", "hooks", "--config", config(["/good", "/bad"]));
    expect(bad.code).toBe(1);
    expect(bad.stdout).toMatch(/hooks\/webhook\/1: failed: client-error/);
    target.close();
  });

  it("exits 2 for a receiver that does not exist", async () => {
    const { code, stderr } = await tenfold("test-receiver", "consol");
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean "console"?');
  });
});

describe("the ends of a command", () => {
  it.each([
    ["success", undefined, 0],
    ["a failure", new CommandFailure(EXIT.failed, "error: no"), 1],
    ["what was checked did not hold", new CommandFailure(EXIT.notHeld), 3],
    ["the store", new TenfoldError("store_unavailable", "no answer"), 1],
    ["the configuration", new TenfoldError("invalid_configuration", "bad"), 2],
    ["something not built", new TenfoldError("not_built", "later"), 2],
    ["the system", Object.assign(new Error("listen EADDRINUSE"), { code: "EADDRINUSE", syscall: "listen" }), 1],
    ["a defect", new TypeError("x is not a function"), 70],
    ["a defect of a library", Object.assign(new TypeError("bad"), { code: "ERR_INVALID_ARG_TYPE" }), 70],
    ["something that is no error", "text", 70],
  ])("%s", async (_name, error, code) => {
    const command =
      error === undefined
        ? { ...failing(error), build: (one: { action(run: () => void): unknown }) => void one.action(() => undefined) }
        : failing(error);
    const result = await inProcess(command, "fail");
    expect(result).toMatchObject({ code, stdout: "" });
    expect(result.stderr.includes("internal error")).toBe(code === 70);
  });
});
