// The programs the tests run against: found on PATH, else installed through the system's package manager.
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** `names`: any of these on PATH will do. `packages`: what to install, by package manager. */
const PROGRAMS = [
  {
    what: "Redis 6.2 or newer",
    names: ["redis-server"],
    packages: { "apt-get": "redis-server", dnf: "redis", apk: "redis", brew: "redis" },
  },
  {
    what: "Chromium",
    names: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    packages: { "apt-get": "chromium", dnf: "chromium", apk: "chromium", brew: "chromium" },
  },
  {
    what: "Alertmanager",
    names: ["prometheus-alertmanager", "alertmanager"],
    packages: { "apt-get": "prometheus-alertmanager", dnf: "alertmanager", apk: "alertmanager", brew: "alertmanager" },
  },
];

const INSTALLERS = [
  { name: "apt-get", before: ["update", "-q"], args: ["install", "-q", "-y", "--no-install-recommends"], asRoot: true },
  { name: "dnf", args: ["install", "-q", "-y"], asRoot: true },
  { name: "apk", args: ["add", "--no-cache"], asRoot: true },
  { name: "brew", args: ["install"], asRoot: false },
];

/** Exits with 1 and says what to install when a program is missing and cannot be installed. */
export function ensurePrograms() {
  const missing = PROGRAMS.filter((program) => !program.names.some(onPath));
  if (missing.length === 0) return;
  const installer = INSTALLERS.find((one) => onPath(one.name));
  const prefix = installer?.asRoot ? rootPrefix() : [];
  if (!installer || !prefix) giveUp(missing, installer);
  const install = (args) => {
    const [command, ...rest] = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", installer.name, ...args];
    // RUNLEVEL=1 keeps Debian from starting the services it installs: tests start their own, on free ports.
    return spawnSync(command, rest, { stdio: ["ignore", 2, 2] }).status === 0;
  };
  console.error(`Installing ${missing.map((program) => program.what).join(", ")} through ${installer.name} …`);
  if (installer.before) install(installer.before);
  install([...installer.args, ...missing.map((program) => program.packages[installer.name])]);
  const stillMissing = missing.filter((program) => !program.names.some(onPath));
  if (stillMissing.length > 0) giveUp(stillMissing, installer);
}

function giveUp(missing, installer) {
  for (const program of missing) {
    const hint = installer ? `, for example: ${installer.name} ${installer.args[0]} ${program.packages[installer.name]}` : "";
    console.error(`The tests need ${program.what} (${program.names[0]} on PATH). Please install it${hint}`);
  }
  process.exit(1);
}

/** Words that make a command run as root, or undefined when that is not possible without a password. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  return spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0 ? ["sudo", "-n"] : undefined;
}

function onPath(name) {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
