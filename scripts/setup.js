// Makes a fresh checkout runnable: packages, build and, with --test, the programs the tests run against.
// Safe to run any number of times, and quick when there is nothing to do.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensurePrograms } from "./system-programs.js";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = [20, 19];
/** Written after a complete build; a build that was interrupted is therefore done again. */
const BUILD_STAMP = join(ROOT, "dist", ".built");
const BUILD_INPUTS = ["src", "detectors", "config", "bench", "scripts", "package.json", "tsconfig.json", "tsconfig.build.json"];

checkNode();
installPackages();
build();
if (process.argv.includes("--test")) ensurePrograms();

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  fail(`Node ${OLDEST_NODE.join(".")} or newer is needed; this is ${process.versions.node}.`);
}

function installPackages() {
  // npm writes this file last, so it is missing or old when an installation was interrupted or the lock file changed.
  const installed = join(ROOT, "node_modules", ".package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(ROOT, "package-lock.json")).mtimeMs) return;
  run("npm", ["ci", "--no-audit", "--no-fund"], "Installing packages");
}

function build() {
  if (existsSync(BUILD_STAMP) && statSync(BUILD_STAMP).mtimeMs >= newest(BUILD_INPUTS.map((name) => join(ROOT, name)))) return;
  rmSync(join(ROOT, "dist"), { recursive: true, force: true });
  run("npm", ["run", "--silent", "build"], "Building");
  writeFileSync(BUILD_STAMP, "");
}

/** Newest modification time below paths. Folders count as well: theirs changes when a file is removed. */
function newest(paths) {
  let latest = 0;
  for (const path of paths.filter((one) => existsSync(one))) {
    const status = statSync(path);
    latest = Math.max(latest, status.mtimeMs);
    if (status.isDirectory()) latest = Math.max(latest, newest(readdirSync(path).map((name) => join(path, name))));
  }
  return latest;
}

function run(command, args, what) {
  console.error(`${what} …`);
  // What a build prints goes to stderr: stdout belongs to the command that set-up is done for.
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ["ignore", 2, 2] });
  if (status !== 0) fail(`${what} failed: ${command} ${args.join(" ")}${error ? ` (${error.message})` : ""}`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
