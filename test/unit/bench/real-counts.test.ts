import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { seeded } from "../../../bench/detect/random.ts";
import { scoreReal } from "../../../bench/detect/real.ts";
import { readRealCounts } from "../../../bench/detect/real-counts.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A folder with these files. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "tenfold-real-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const ROWS = "timestamp,value\n2015-02-26 21:42:53,3\n2015-02-26 21:47:53,4.0\n2015-02-26 21:57:53,0\n";

describe("real counts", () => {
  it("are read with their windows, wherever the benchmark keeps the file", () => {
    const folder = folderOf({
      "volume.csv": ROWS.replaceAll("\n", "\r\n"),
      "deeper/other.csv": ROWS,
      "combined_windows.json": JSON.stringify({
        "realTweets/volume.csv": [["2015-02-26 21:42:53.000000", "2015-02-26 21:47:53.000000"]],
        "realTweets/gone.csv": [],
      }),
    });
    const start = Date.UTC(2015, 1, 26, 21, 42, 53);
    const rows = [
      { at: start, count: 3 },
      { at: start + 300_000, count: 4 },
      { at: start + 900_000, count: 0 },
    ];
    expect(readRealCounts(folder)).toEqual({
      files: [
        { file: "deeper/other.csv", width: 450_000, rows },
        { file: "volume.csv", width: 450_000, rows, windows: [[start, start + 300_000]] },
      ],
      missing: ["realTweets/gone.csv"],
    });
  });

  it.each([
    ["no labels", { "a.csv": ROWS }, /neither windows.json nor combined_windows.json/],
    ["no files", { "windows.json": "{}" }, /has no CSV file/],
    ["labels cut short", { "a.csv": ROWS, "windows.json": '{"a.csv": [' }, /windows\.json: .*JSON/],
    ["labels of another shape", { "a.csv": ROWS, "windows.json": '{"a.csv": [["x"]]}' }, /a\.csv \/ 0.*not lists/],
    [
      "a window that ends before it begins",
      { "a.csv": ROWS, "windows.json": windows("2015-03-02", "2015-03-01") },
      /stretch of time/,
    ],
    ["other columns", { "a.csv": "time,count\n1,2\n", "windows.json": "{}" }, /a\.csv line 1: needs the columns/],
    [
      "a time that is none",
      { "a.csv": `${ROWS}yesterday,4\n`, "windows.json": "{}" },
      /a\.csv line 5: "yesterday" is not a time/,
    ],
    ["rows out of order", { "a.csv": `${ROWS}2015-02-26 21:50:00,4\n`, "windows.json": "{}" }, /a\.csv line 5: .* not later/],
    ["a value cut off", { "a.csv": `${ROWS}2015-02-26 22:50:00\n`, "windows.json": "{}" }, /a\.csv line 5: "" is not a count/],
    ["a gauge", { "a.csv": `${ROWS}2015-02-26 22:50:00,0.134\n`, "windows.json": "{}" }, /a\.csv line 5: "0.134" is not a count/],
    ["one row only", { "a.csv": "timestamp,value\n2015-02-26 21:42:53,3\n", "windows.json": "{}" }, /fewer than two rows/],
  ])("with %s are refused, and the message says where", (_what, files, message) => {
    expect(() => readRealCounts(folderOf(files as unknown as Record<string, string>))).toThrow(message);
  });

  it("that are not there are refused", () => {
    expect(() => readRealCounts(join(folderOf({}), "nowhere"))).toThrow(/there is no folder/);
    expect(() => readRealCounts(join(folderOf({ "a.csv": ROWS }), "a.csv"))).toThrow(/is not a folder/);
  });

  it("give one alarm inside its window for a tenfold hour after four steady days", () => {
    const random = seeded(4);
    const start = Date.UTC(2015, 1, 2);
    const rows = Array.from({ length: 5 * 288 }, (_, i) => ({
      at: start + i * 300_000,
      count: random.poisson(i >= 1200 && i < 1212 ? 100 : 10),
    }));
    const windows = [[start + 1195 * 300_000, start + 1230 * 300_000] as const];
    const scores = scoreReal({ files: [{ file: "a.csv", width: 300_000, rows, windows }], missing: [] });
    expect(scores).toHaveLength(2);
    for (const { all } of scores)
      expect(all).toEqual({ file: "**all**", weeks: 5 / 7, alarms: 1, inside: 1, windows: 1, hit: 1 });
  });
});

function windows(from: string, to: string): string {
  return JSON.stringify({ "a.csv": [[`${from} 00:00:00`, `${to} 00:00:00`]] });
}
