import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildSimulate } from "../../src/cli/simulate.ts";

describe("tenfold simulate", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "simulate-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function simulate(name: string, ...more: readonly string[]): Promise<readonly string[]> {
    const files = ["events", "changes", "truth"].map((kind) => join(folder, `${name}-${kind}.ndjson`));
    const command = new Command("simulate").exitOverride().configureOutput({ writeErr: () => undefined });
    buildSimulate(command);
    const targets = ["--events", "--changes", "--truth"].flatMap((option, index) => [option, files[index] ?? ""]);
    await command.parseAsync([...more, ...targets], { from: "user" });
    return Promise.all(files.map((file) => readFile(file, "utf8")));
  }

  it("writes NDJSON, byte for byte the same by seed", async () => {
    const first = await simulate("a", "--seed", "5", "--duration", "6h", "--workloads", "8");
    expect(await simulate("b", "--seed", "5", "--duration", "6h", "--workloads", "8")).toEqual(first);
    for (const text of first) {
      const records = text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as { readonly time: string });
      expect(records.length).toBeGreaterThan(0);
      expect(text.endsWith("\n")).toBe(true);
      expect(records.every((record) => record.time.startsWith("2026-01-05T"))).toBe(true);
    }
  });

  it.each([
    ["--duration", "soon"],
    ["--workloads", "0"],
    ["--scenario", "earthquake"],
    ["--events-with-pod", "1.5"],
  ])("refuses %s %s as wrong usage", async (option, value) => {
    await expect(simulate("refused", option, value)).rejects.toMatchObject({ code: "commander.invalidArgument" });
  });

  it("fails when a file cannot be written", async () => {
    await expect(simulate("missing/folder")).rejects.toMatchObject({ code: "ENOENT" });
  });
});
