/** Tenfold as people run it: a process of its own, from the sources, talked to by arguments, signals and HTTP. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Alert, Transition } from "../../src/domain/alert.ts";

const ROOT = join(import.meta.dirname, "../..");
// `--import tsx` rather than bin/: a build that is older than the sources would be tested otherwise.
const ENTRY = ["--import", "tsx", join(ROOT, "src/cli/index.ts")];

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string>>;

/** Runs a command to its end. `input` goes to standard input, `environment` is added to that of the test. */
export async function tenfold(
  args: readonly string[],
  input?: string | Uint8Array,
  environment?: Environment,
): Promise<Finished> {
  const child = spawnTenfold(args, environment);
  const stdout = textOf(child.stdout);
  const stderr = textOf(child.stderr);
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout: stdout(), stderr: stderr() };
}

/** `replay --format json`, with what it wrote decoded. */
export async function replayFiles(
  args: readonly string[],
  input?: string | Uint8Array,
): Promise<Finished & { readonly transitions: readonly Transition[] }> {
  const finished = await tenfold(["replay", "--format", "json", ...args], input);
  const lines = finished.stdout.split("\n").filter((line) => line !== "");
  return { ...finished, transitions: lines.map((line) => JSON.parse(line) as Transition) };
}

export interface RunningTenfold {
  readonly url: string;
  readonly pid: number;
  /** Everything logged so far. */
  log(): string;
  /** Everything on standard output so far. */
  output(): string;
  /** Ends it as an operator does; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Ends it as the kernel does. */
  kill(): Promise<void>;
}

export interface LaunchedTenfold {
  /** Rejects when it ended before it was ready. */
  readonly ready: Promise<RunningTenfold>;
  /** Ends it as the kernel does, ready or not. */
  kill(): Promise<void>;
}

/** `tenfold run` with a configuration file; resolves when it says ready. */
export function runTenfold(configFile: string, environment?: Environment): Promise<RunningTenfold> {
  return launchTenfold(configFile, environment).ready;
}

/** The same, for who does not want to wait. */
export function launchTenfold(configFile: string, environment?: Environment): LaunchedTenfold {
  const child = spawnTenfold(["run", "--config", configFile], environment);
  const { pid } = child;
  const log = textOf(child.stderr);
  const output = textOf(child.stdout);
  const closed = once(child, "close");
  const kill = async () => {
    child.kill("SIGKILL");
    await closed;
  };
  const stop = async () => {
    child.kill("SIGTERM");
    const [code] = (await closed) as [number | null];
    return code;
  };
  const ready = async () => {
    const url = await Promise.race([readyUrl(child, log), closed.then(() => undefined)]);
    if (url === undefined || pid === undefined) throw new Error(`tenfold run ended before it was ready:\n${log()}`);
    return { url, pid, log, output, stop, kill };
  };
  return { ready: ready(), kill };
}

/** Asks again while the answer is 503: on a busy machine a store may be late for once. Rejects with any other refusal. */
export async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (response.status === 503) return pause(50).then(() => getJson(url));
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

export async function listAlerts(url: string): Promise<readonly Alert[]> {
  return (await getJson<{ readonly alerts: readonly Alert[] }>(`${url}/v1/alerts`)).alerts;
}

/** Posts records as NDJSON and returns the answer. */
export function post(url: string, records: readonly unknown[]): Promise<Response> {
  const body = records.map((record) => `${JSON.stringify(record)}\n`).join("");
  return fetch(url, { method: "POST", headers: { "content-type": "application/x-ndjson" }, body });
}

function spawnTenfold(args: readonly string[], environment: Environment = {}): ChildProcess {
  return spawn(process.execPath, [...ENTRY, ...args], { cwd: ROOT, env: { ...process.env, NO_COLOR: "1", ...environment } });
}

function textOf(stream: NodeJS.ReadableStream | null): () => string {
  let text = "";
  stream?.setEncoding("utf8");
  stream?.on("data", (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

function readyUrl(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((resolve) => {
    const look = () => {
      // The last one may not be whole yet.
      const lines = log().split("\n").slice(0, -1);
      const line = lines.find((one) => one.includes('"ready"'));
      if (line === undefined) return;
      child.stderr?.off("data", look);
      resolve((JSON.parse(line) as { readonly url: string }).url);
    };
    child.stderr?.on("data", look);
  });
}
