import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");
const BIOME = join(ROOT, "node_modules", "@biomejs", "biome", "bin", "biome");

const ADAPTERS = ["http", "sources", "notifiers", "stores", "telemetry", "charts"];
const CORE = ["pipeline", "identity", "correlation", "alerting", "simulation"];

type Plant = readonly [folder: string, specifier: string];

/** Imports that break a layer: each must be objected to. */
const FORBIDDEN: readonly Plant[] = [
  ...["domain", "ports", ...CORE].flatMap((folder): readonly Plant[] => [
    ...["cli", "app", "web", ...ADAPTERS].map((other): Plant => [`src/${folder}`, `../${other}/thing.ts`]),
    [`src/${folder}`, "../../config/schema.ts"],
    [`src/${folder}/inner`, "../../stores/redis/thing.ts"],
    ...["node:fs", "node:fs/promises", "fs", "ioredis", "fastify", "@slack/web-api", "pino"].map(
      (library): Plant => [`src/${folder}`, library],
    ),
  ]),
  ...CORE.flatMap((other): readonly Plant[] => [
    ["src/domain", `../${other}/thing.ts`],
    ["src/ports", `../${other}/thing.ts`],
  ]),
  ["src/domain", "../ports/thing.ts"],
  ["src/domain", "../../detectors/contract.ts"],
  ["src/ports", "../../detectors/contract.ts"],
  ...ADAPTERS.flatMap((folder): readonly Plant[] => [
    ...["cli", "app", "web", ...ADAPTERS.filter((other) => other !== folder)].map(
      (other): Plant => [`src/${folder}`, `../${other}/thing.ts`],
    ),
    [`src/${folder}`, "../../config/schema.ts"],
  ]),
  ["src/web", "../http/thing.ts"],
  ["src/web", "fastify"],
  ...["cli", "app", "http", "web", "sources", "stores", "telemetry", "charts"].map(
    (other): Plant => ["config", `../src/${other}/thing.ts`],
  ),
  ["src/app", "../cli/thing.ts"],
  ["detectors", "../src/domain/violation.ts"],
  ["detectors/math", "../../src/domain/violation.ts"],
  ["detectors", "../config/schema.ts"],
  ["detectors", "node:crypto"],
  ["detectors", "ioredis"],
];

/** Imports the layers are made for: none may be objected to, or the rules would be about nothing. */
const ALLOWED: readonly Plant[] = [
  ["src/cli", "../app/thing.ts"],
  ["src/cli", "node:fs"],
  ["src/app", "../stores/redis/thing.ts"],
  ["src/app", "../../config/load.ts"],
  ["src/stores/redis", "../../domain/series.ts"],
  ["src/stores/redis", "../window-layout.ts"],
  ["src/stores", "ioredis"],
  ["src/http", "../pipeline/thing.ts"],
  ["src/http", "node:http"],
  ["config", "../src/notifiers/thing.ts"],
  ["config", "../src/alerting/thing.ts"],
  ["config", "zod"],
  ["src/pipeline", "../ports/store.ts"],
  ["src/pipeline", "../../detectors/contract.ts"],
  ["src/alerting/lifecycle", "../routing/thing.ts"],
  ["src/correlation", "simple-statistics"],
  ["src/ports", "../domain/series.ts"],
  ["src/domain", "@noble/hashes/sha2.js"],
  ["src/domain", "./series.ts"],
  ["detectors/math", "../contract.ts"],
  ["detectors", "simple-statistics"],
];

describe("layers", () => {
  let folder = "";
  let objected: ReadonlySet<string> = new Set();
  const pathOf = (plants: readonly Plant[], kind: string, index: number): string =>
    `${plants[index]?.[0]}/planted-${kind}-${index}.ts`;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "layers-"));
    const configuration = JSON.parse(await readFile(join(ROOT, "biome.json"), "utf8")) as Record<string, unknown>;
    await writeFile(
      join(folder, "biome.json"),
      JSON.stringify({ ...configuration, $schema: undefined, vcs: { enabled: false } }),
    );
    for (const [kind, plants] of Object.entries({ forbidden: FORBIDDEN, allowed: ALLOWED }))
      for (const [index, [, specifier]] of plants.entries())
        await plant(pathOf(plants, kind, index), `export { thing } from ${JSON.stringify(specifier)};\n`);
    await plant("src/domain/circle-one.ts", 'import { two } from "./circle-two.ts";\nexport const one = (): unknown => two;\n');
    await plant("src/domain/circle-two.ts", 'import { one } from "./circle-one.ts";\nexport const two = (): unknown => one;\n');
    objected = await lint();
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function plant(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }

  /** Paths that the two rules about imports object to. */
  async function lint(): Promise<ReadonlySet<string>> {
    const rules = ["--only=style/noRestrictedImports", "--only=suspicious/noImportCycles"];
    const args = [BIOME, "lint", ...rules, "--reporter=json", "--max-diagnostics=none", "."];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 64 << 20 }).catch(
      (failure: { readonly stdout: string }) => failure,
    );
    const report = JSON.parse(stdout) as { readonly diagnostics: readonly { readonly location?: { readonly path?: unknown } }[] };
    return new Set(report.diagnostics.map((diagnostic) => pathText(diagnostic.location?.path)));
  }

  it.each(FORBIDDEN.map(([from, specifier], index) => ({ from, specifier, index })))(
    "objects to $from importing $specifier",
    ({ index }) => {
      expect(objected).toContain(pathOf(FORBIDDEN, "forbidden", index));
    },
  );

  it.each(ALLOWED.map(([from, specifier], index) => ({ from, specifier, index })))(
    "lets $from import $specifier",
    ({ index }) => {
      expect(objected).not.toContain(pathOf(ALLOWED, "allowed", index));
    },
  );

  it("objects to a circle of imports", () => {
    expect(objected).toContain("src/domain/circle-one.ts");
  });
});

/** The reporter has written paths as text and as `{ file }`. */
function pathText(path: unknown): string {
  if (typeof path === "object" && path !== null && "file" in path) return String(path.file);
  return String(path).replace(/^\.\//, "");
}
