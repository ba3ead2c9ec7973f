/**
 * Reads a folder of real counts in the form of the Numenta Anomaly Benchmark: CSV files with the columns `timestamp` and
 * `value`, in any depth, and beside them `windows.json` or `combined_windows.json`, which gives the labelled windows of
 * each file. Every mistake is told with its file and line: a benchmark on half-read data would look like a result.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { median } from "simple-statistics";
import { z } from "zod";
import { TenfoldError } from "../../src/domain/errors.ts";
import { parseTime } from "../../src/domain/time.ts";

export interface CountFile {
  /** Path below the folder. */
  readonly file: string;
  /** Usual distance of two rows, milliseconds: each row counts the events of as long a time. */
  readonly width: number;
  /** Rows by ascending start, milliseconds since the epoch. */
  readonly rows: readonly { readonly at: number; readonly count: number }[];
  /** Labelled windows, milliseconds, both ends included; undefined when the file is not labelled. */
  readonly windows?: readonly (readonly [number, number])[];
}

export interface RealCounts {
  readonly files: readonly CountFile[];
  /** Labels of files that are not there. */
  readonly missing: readonly string[];
}

const LABELS: readonly string[] = ["windows.json", "combined_windows.json"];
const labelsSchema = z.record(z.string(), z.array(z.tuple([z.string(), z.string()])));
type Labels = z.infer<typeof labelsSchema>;

/** Throws a TenfoldError that names file and line when something is missing or cannot be read. */
export function readRealCounts(directory: string): RealCounts {
  if (!existsSync(directory)) throw new TenfoldError("invalid_request", `there is no folder ${directory}`);
  if (!statSync(directory).isDirectory()) throw new TenfoldError("invalid_request", `${directory} is not a folder`);
  const name = LABELS.find((label) => existsSync(join(directory, label)));
  if (name === undefined) throw new TenfoldError("invalid_request", `${directory} has neither ${LABELS.join(" nor ")}`);
  const labels = readLabels(join(directory, name));
  const paths = readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".csv"))
    .sort();
  if (paths.length === 0) throw new TenfoldError("invalid_request", `${directory} has no CSV file`);
  const used = new Set<string>();
  const files = paths.map((file) => {
    const label = labelOf(file, Object.keys(labels));
    if (label !== undefined) used.add(label);
    const windows = label === undefined ? undefined : windowsOf(join(directory, name), label, labels[label] ?? []);
    return { ...readCounts(join(directory, file)), file, ...(windows ? { windows } : {}) };
  });
  return { files, missing: Object.keys(labels).filter((label) => !used.has(label)) };
}

/** Labels name files by their path in the benchmark; a folder may hold them at another depth. */
function labelOf(file: string, labels: readonly string[]): string | undefined {
  const path = file.replaceAll("\\", "/");
  return (
    labels.find((label) => label === path) ??
    labels.find((label) => label.endsWith(`/${path}`) || path.endsWith(`/${label}`)) ??
    labels.find((label) => basename(label) === basename(path))
  );
}

function readLabels(path: string): Labels {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new TenfoldError("invalid_json", `${path}: ${error.message}`);
  }
  const labels = labelsSchema.safeParse(parsed);
  if (labels.success) return labels.data;
  const [issue] = labels.error.issues;
  throw new TenfoldError(
    "invalid_field",
    `${path}: ${issue?.path.join(" / ") || "the whole"}: not lists of [from, to] by file name`,
  );
}

function windowsOf(path: string, label: string, labels: Labels[string]): readonly (readonly [number, number])[] {
  return labels.map(([from, to]) => {
    const start = timeOf(from);
    const end = timeOf(to);
    if (start === undefined || end === undefined || end < start)
      throw new TenfoldError("invalid_field", `${path}: ${label}: "${from}" to "${to}" is not a stretch of time`);
    return [start, end] as const;
  });
}

function readCounts(path: string): Pick<CountFile, "rows" | "width"> {
  const [header = "", ...lines] = readFileSync(path, "utf8")
    .replace(/^\uFEFF/, "")
    .trimEnd()
    .split(/\r?\n/);
  const columns = header.split(",").map((column) => column.trim());
  const time = columns.indexOf("timestamp");
  const value = columns.indexOf("value");
  if (time < 0 || value < 0)
    throw new TenfoldError(
      "missing_field",
      `${path} line 1: needs the columns timestamp and value, not "${header.slice(0, 80)}"`,
    );
  let before = Number.NEGATIVE_INFINITY;
  const rows = lines.map((line, i) => {
    const cells = line.split(",").map((cell) => cell.trim());
    const wrong = (what: string) => new TenfoldError("invalid_field", `${path} line ${i + 2}: ${what}`);
    const at = timeOf(cells[time] ?? "");
    if (at === undefined) throw wrong(`"${cells[time] ?? ""}" is not a time`);
    if (at <= before) throw wrong(`${cells[time]} is not later than the row before`);
    before = at;
    const count = Number(cells[value] || Number.NaN);
    if (!Number.isSafeInteger(count) || count < 0) throw wrong(`"${cells[value] ?? ""}" is not a count (0, 1, 2 …)`);
    return { at, count };
  });
  if (rows.length < 2) throw new TenfoldError("missing_field", `${path}: has fewer than two rows`);
  return { rows, width: median(rows.slice(1).map(({ at }, i) => at - (rows[i]?.at ?? at))) };
}

/** Times are written without a zone and are UTC. */
function timeOf(text: string): number | undefined {
  return parseTime(`${text.trim()}Z`) ?? parseTime(text.trim());
}
