import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Starts the Chromium that is installed. `npm test` makes sure that there is one. */
export function startBrowser(): Promise<Browser> {
  const candidates = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const executablePath = candidates.find(executable);
  if (!executablePath) throw new Error(`none of ${NAMES.join(", ")} is on PATH`);
  // Containers have neither the user namespaces nor the shared memory that Chromium asks for.
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"], timeout: 0 });
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
