/** Fills in secrets that are given as files. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Finding, PathPart } from "./problem.ts";
import { SECRET_KEYS } from "./secrets.ts";

const FILE_KEYS: ReadonlyMap<string, string> = new Map(SECRET_KEYS.map((key) => [`${key}_file`, key]));

/** A copy of `value` in which every `x_file` of a secret `x` has been read into `x`. Paths are relative to `folder`. */
export function readSecretFiles(value: unknown, folder: string, findings: Finding[], path: readonly PathPart[] = []): unknown {
  // What a webhook's template holds is for its target: its keys are not ours.
  if (path.at(-1) === "template") return value;
  if (Array.isArray(value)) return value.map((item, index) => readSecretFiles(item, folder, findings, [...path, index]));
  if (typeof value !== "object" || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    out[key] = readSecretFiles(inner, folder, findings, [...path, key]);
    const base = FILE_KEYS.get(key);
    if (base === undefined || typeof inner !== "string") continue;
    if (base in value) {
      findings.push({
        severity: "error",
        path: [...path, key],
        atKey: true,
        message: `both ${base} and ${key} are given`,
        suggestion: "give only one of the two",
      });
    } else {
      out[base] = readSecret(inner, folder, [...path, key], findings);
    }
  }
  return out;
}

/** How tokens and keys begin that people put where the path of their file belongs. */
const TOKEN = /^(?:xox[a-z]-|xapp-|whs[ek]c?_|ey[A-Za-z0-9_-]{8,}\.|-----BEGIN |[a-z+]+:\/\/)|^(?=.*\d)[A-Za-z0-9+=_-]{20,}$/;

function readSecret(inner: string, folder: string, path: readonly PathPart[], findings: Finding[]): string {
  const file = resolve(folder, inner);
  let text: string;
  try {
    text = readFileSync(file, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    const reason = code === "ENOENT" ? "does not exist" : code === "EACCES" ? "may not be read" : `cannot be read (${code})`;
    const finding: Finding = TOKEN.test(inner)
      ? {
          severity: "error",
          path,
          message: "there is no such file, and this looks like the secret itself rather than the path of one",
          suggestion: "write the path of a file that holds it, relative to the configuration file",
        }
      : {
          severity: "error",
          path,
          message: `the file ${file} ${reason}`,
          suggestion: "correct the path; it is relative to the configuration file",
        };
    findings.push(finding);
    return UNREADABLE;
  }
  if (text === "") findings.push({ severity: "error", path, message: `the file ${file} is empty` });
  return text === "" ? UNREADABLE : text;
}

/** Stands for a secret that could not be read, so that its absence is not reported twice. */
export const UNREADABLE = "https://unreadable.invalid/";
