/** One process at a time may have a directory open: two would overwrite each other's counts. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TenfoldError } from "../../domain/errors.ts";

/** Takes the directory for this process; returns how to give it back. A lock of a process that is gone is ignored. */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, "lock");
  const owner = readOwner(path);
  if (owner !== undefined && owner !== process.pid && isAlive(owner)) {
    throw new TenfoldError("invalid_configuration", `${directory} is in use by process ${owner}`);
  }
  writeFileSync(path, String(process.pid), { mode: 0o600 });
  return () => {
    if (readOwner(path) === process.pid) rmSync(path, { force: true });
  };
}

function readOwner(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
