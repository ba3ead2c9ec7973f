import { readFileSync } from "node:fs";

/** Version in the nearest package.json above this file: sources and built program lie at different depths. */
export function programVersion(): string {
  for (let folder = new URL("./", import.meta.url); ; folder = new URL("../", folder)) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8")) as Record<string, unknown>;
      if (name === "tenfold" && typeof version === "string") return version;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    }
    if (folder.pathname === "/") return "unknown";
  }
}
