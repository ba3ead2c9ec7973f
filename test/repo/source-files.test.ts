import { readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");
const CODE = ["src", "detectors", "config"];

/** Files below folders of the repository, as paths from its root. */
function filesOf(...folders: readonly string[]): readonly string[] {
  return folders
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

const textOf = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const having = (paths: readonly string[], pattern: RegExp): readonly string[] =>
  paths.filter((path) => pattern.test(textOf(path)));
const source = filesOf(...CODE, "bench", "scripts", "bin", "test").filter((path) => /\.[jt]s$/.test(path));
/** Written in two parts, so that this file does not contain what it looks for. */
const word = (...parts: readonly string[]): string => parts.join("");

describe("source files", () => {
  it("have kebab-case names", () => {
    expect(source.filter((path) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.property)?(\.test)?\.[jt]s$/.test(basename(path)))).toEqual([]);
  });

  it("are not named after nothing in particular", () => {
    const vague = /^(utils?|helpers?|common|types|misc|shared)\.[jt]s$/;
    expect(source.filter((path) => vague.test(basename(path)))).toEqual([]);
  });

  it("have at most 350 lines, and half of them fewer than 120", () => {
    const lengths = filesOf(...CODE)
      .filter((path) => /\.([jt]s|lua)$/.test(path))
      .map((path) => ({ path, lines: textOf(path).trimEnd().split("\n").length }));
    expect(lengths.filter(({ lines }) => lines > 350)).toEqual([]);
    const sorted = lengths.map(({ lines }) => lines).sort((one, two) => one - two);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(120);
  });

  it("hold no reminders, and no test is left out or alone", () => {
    expect(having(source, new RegExp(`\\b(${word("TO", "DO")}|${word("FIX", "ME")}|${word("XX", "X")})\\b`))).toEqual([]);
    const tests = source.filter((path) => path.startsWith("test/"));
    expect(
      having(
        tests,
        new RegExp(`\\b(it|describe|test)(\\.\\w+)*\\.(${word("sk", "ip")}|${word("on", "ly")}|${word("to", "do")})\\b`),
      ),
    ).toEqual([]);
  });

  it("name no path of the machine they were written on", () => {
    const elsewhere = [
      ".ci/run",
      "package.json",
      "package-lock.json",
      "biome.json",
      "README.md",
      "CONTRIBUTING.md",
      "CHANGELOG.md",
    ];
    const all = [...source, ...filesOf("docs", "deploy").filter((path) => /\.(md|ya?ml|json)$/.test(path)), ...elsewhere];
    const homes = new RegExp(
      `["'\`( =]/(${word("wo", "rk")}|${word("ro", "ot")}|${word("ho", "me")}/\\w+|${word("Us", "ers")}/\\w+)/`,
    );
    expect(all.filter((path) => existing(path) && homes.test(textOf(path)))).toEqual([]);
  });

  it("resolve every package from the lock file without naming a host", () => {
    expect(textOf("package-lock.json")).not.toMatch(/"resolved":/);
  });
});

describe("lists", () => {
  it.each([
    ["src/sources", "src/sources/index.ts", /export const \w+: PushSource\b/],
    ["src/notifiers", "src/notifiers/index.ts", /export const \w+ = defineNotifier\b|export const \w+: NotifierKind\b/],
    ["src/notifiers/formats", "src/notifiers/formats/index.ts", /export const \w+: WebhookFormat\b/],
    ["src/cli", "src/cli/commands.ts", /export const \w+: CliCommand\b|export function build\w+\(command: Command/],
    ["detectors", "detectors/registry.ts", /export const \w+: Detector\b/],
  ])("%s: every file that defines one is in %s", (folder, list, definition) => {
    const own = filesOf(folder).filter(
      (path) => relative(folder, path) === basename(path) && path.endsWith(".ts") && path !== list,
    );
    const defining = having(own, definition);
    expect(defining.length).toBeGreaterThan(2);
    expect(defining.filter((path) => !textOf(list).includes(`"./${basename(path)}"`))).toEqual([]);
  });
});

function existing(path: string): boolean {
  return readdirSync(join(ROOT, path, "..")).includes(basename(path));
}
