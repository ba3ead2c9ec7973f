// Copies what the compiler leaves behind (Lua scripts, the web page, configuration files) into dist, keeping the shape.
import { cpSync, existsSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const FOLDERS = ["src", "detectors", "config", "bench"];
const ASSETS = new Set([".lua", ".html", ".css", ".js", ".svg", ".png", ".ico", ".yaml", ".yml", ".json", ".proto"]);

for (const folder of FOLDERS.filter((name) => existsSync(join(ROOT, name)))) {
  cpSync(join(ROOT, folder), join(ROOT, "dist", folder), {
    recursive: true,
    // Folders have no extension.
    filter: (source) => extname(source) === "" || ASSETS.has(extname(source)),
  });
}
