/** A YAML text with positions: what it says, and where each part of it stands. */
import {
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Pair,
  parseDocument,
  type Scalar,
  visit,
} from "yaml";
import type { Finding, PathPart } from "./problem.ts";
import { type Environment, substitute } from "./substitute.ts";

export interface Position {
  readonly line: number;
  readonly column: number;
}

interface SyntaxProblem extends Position {
  readonly message: string;
  readonly suggestion?: string;
}

export interface YamlFile {
  /** The plain value; empty sections (`server:` with nothing below) are left out. */
  readonly value: unknown;
  readonly findings: readonly Finding[];
  /** Findings that have a position but no path: YAML syntax. */
  readonly syntax: readonly SyntaxProblem[];
  /** Where a path stands; the nearest ancestor that exists when it does not. */
  locate(path: readonly PathPart[], atKey: boolean): Position;
}

/** Parses and substitutes. Never throws: problems are in the result. */
export function readYaml(text: string, environment: Environment): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const syntax = document.errors.map((error): SyntaxProblem => {
    const { line, col } = lines.linePos(error.pos[0]);
    if (error.code === "DUPLICATE_KEY") {
      const key = /^[^:\s]*/.exec(text.slice(error.pos[0]))?.[0] ?? "";
      return { line, column: col, message: `the key ${JSON.stringify(key)} is given twice`, suggestion: "keep one of the two" };
    }
    return { line, column: col, message: unquoted(error.code, error.message), ...syntaxHint(text.split("\n")[line - 1] ?? "") };
  });
  const findings: Finding[] = [];
  visit(document, {
    Pair(_, { key }) {
      // `{{ name }}` without quotes is a section whose key is a section.
      if (!isMap(key) && !isSeq(key)) return;
      const { line, col } = lines.linePos(key.range?.[0] ?? 0);
      syntax.push({ line, column: col, message: "a section cannot be a key", suggestion: "put {{ … }} in quotes" });
    },
    Scalar(key, node, ancestors) {
      if (key !== "key") substituteScalar(node, pathOf(node, ancestors), environment, findings);
    },
  });
  return {
    value: syntax.length === 0 ? plainValue(document, syntax) : undefined,
    findings,
    syntax,
    locate(path, atKey) {
      const offset = offsetOf(document.contents, path, atKey);
      const { line, col } = lines.linePos(offset);
      return { line: Math.max(1, line), column: Math.max(1, col) };
    },
  };
}

function plainValue(document: ReturnType<typeof parseDocument>, syntax: SyntaxProblem[]): unknown {
  try {
    return withoutEmpty(document.toJS({ maxAliasCount: 100 }));
  } catch (error) {
    const message = error instanceof Error ? unquoted("BAD_ALIAS", error.message) : "the file cannot be read as YAML";
    syntax.push({ line: 1, column: 1, message, suggestion: QUOTES });
    return undefined;
  }
}

function substituteScalar(node: Scalar, path: readonly PathPart[], environment: Environment, findings: Finding[]): void {
  if (typeof node.value !== "string" || !node.value.includes("${")) return;
  const { text, missing, malformed } = substitute(node.value, environment);
  for (const name of missing) {
    findings.push({
      severity: "error",
      path,
      message: `the environment variable ${name} is not set`,
      suggestion: `set it, or write \${${name}:-default}`,
    });
  }
  if (malformed) {
    findings.push({
      severity: "error",
      path,
      message: "malformed reference to the environment",
      suggestion: `write \${NAME} or \${NAME:-default}; for a literal \${ write $\${`,
    });
  }
  // An unquoted reference may stand for a number or a truth value, as if it had been written there.
  node.value = node.type === "PLAIN" ? typed(text) : text;
}

function typed(text: string): unknown {
  if (/^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(text)) return Number(text);
  if (text === "true" || text === "false") return text === "true";
  return text === "" ? null : text;
}

function pathOf(node: unknown, ancestors: readonly unknown[]): readonly PathPart[] {
  const path: PathPart[] = [];
  const chain = [...ancestors, node];
  chain.forEach((item, index) => {
    if (item instanceof Pair) path.push(isScalar(item.key) ? String(item.key.value) : "");
    const parent = chain[index - 1];
    if (isSeq(parent)) path.push(parent.items.indexOf(item));
  });
  return path;
}

/** Removes keys without a value, so that a section may be left empty. Lists keep their entries. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutEmpty(inner)]));
}

function offsetOf(root: Node | null, path: readonly PathPart[], atKey: boolean): number {
  let offset = root?.range?.[0] ?? 0;
  let node: unknown = root;
  for (const [depth, part] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (!pair) break;
      const key = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      const value = (pair.value as Node | null)?.range?.[0];
      const last = depth === path.length - 1;
      offset = last && !atKey && value !== undefined ? value : key;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else break;
    // Aliases stand where they are written; what is below them has no place of its own here.
    if (isAlias(node)) break;
  }
  return offset;
}

/** What the parser says without the text it quotes: it may be a part of a secret. */
function unquoted(code: ErrorCode, message: string): string {
  if (code === "TAG_RESOLVE_FAILED") return "a tag (!) that is not understood";
  if (code === "BAD_DQ_ESCAPE") return "an escape sequence (\\) that is not understood";
  return (message.split("\n")[0] ?? message).replace(/(?<! ):(?: .*)?$/, "");
}

const QUOTES = "put the value in single quotes";

function syntaxHint(line: string): { readonly suggestion?: string } {
  if (line.includes("${")) return { suggestion: `put the value with \${…} in quotes: "\${NAME}"` };
  if (line.includes("\t")) return { suggestion: "indent with spaces, not with tabs" };
  if (/[=!]~|[@`%]|[:-]\s+[*&!|>\]}]\S/.test(line)) return { suggestion: QUOTES };
  return {};
}
