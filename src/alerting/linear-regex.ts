/**
 * Regular expressions whose matching time is bounded by (length of the pattern) x (length of the text): matchers come
 * from configuration and from the silence API and are asked for every series, and a backtracking engine can be
 * brought to a standstill by `(a|a)*b`. Thompson's construction, all states advanced together
 * (K. Thompson, "Regular Expression Search Algorithm", CACM 11, 1968).
 */
import { type CharSet, parseRegex, type RegexNode, RegexSyntaxError } from "./regex-syntax.ts";

type Step =
  | { readonly op: "set"; readonly set: CharSet }
  | { readonly op: "jump"; to: number }
  | { readonly op: "split"; to: number; or: number }
  | { readonly op: "begin" }
  | { readonly op: "end" }
  | { readonly op: "match" };

export const MAX_PATTERN_LENGTH = 1000;
/** Counted repetitions multiply: `((a{9}){9}){9}`; this bounds the cost of one character of text. */
const MAX_STEPS = 10_000;

/** True when the expression matches the whole text. Throws RegexSyntaxError for a pattern that is not understood. */
export function compileAnchored(pattern: string): (text: string) => boolean {
  if (pattern.length > MAX_PATTERN_LENGTH)
    throw new RegexSyntaxError(`longer than ${MAX_PATTERN_LENGTH} characters`, MAX_PATTERN_LENGTH);
  const program: Step[] = [];
  emit(program, parseRegex(pattern));
  program.push({ op: "match" });
  return (text) => run(program, text);
}

function emit(program: Step[], node: RegexNode): void {
  if (program.length > MAX_STEPS) throw new RegexSyntaxError("too many repetitions", 0);
  switch (node.kind) {
    case "set":
      program.push({ op: "set", set: node.set });
      return;
    case "begin":
    case "end":
      program.push({ op: node.kind });
      return;
    case "concat":
      for (const part of node.parts) emit(program, part);
      return;
    case "either":
      emitEither(program, node.options);
      return;
    case "repeat":
      emitRepeat(program, node);
  }
}

function emitEither(program: Step[], options: readonly RegexNode[]): void {
  const exits: { to: number }[] = [];
  options.forEach((option, index) => {
    if (index === options.length - 1) {
      emit(program, option);
      return;
    }
    const split = { op: "split" as const, to: program.length + 1, or: 0 };
    program.push(split);
    emit(program, option);
    const exit = { op: "jump" as const, to: 0 };
    program.push(exit);
    exits.push(exit);
    split.or = program.length;
  });
  for (const exit of exits) exit.to = program.length;
}

function emitRepeat(program: Step[], node: Extract<RegexNode, { kind: "repeat" }>): void {
  for (let i = 0; i < node.min; i++) {
    const before = program.length;
    emit(program, node.body);
    // A body without steps, as in `(((){1000}){1000}){1000}`, would otherwise cost time and never reach MAX_STEPS.
    if (program.length === before) return;
  }
  if (node.max === Number.POSITIVE_INFINITY) {
    const split = { op: "split" as const, to: program.length + 1, or: 0 };
    program.push(split);
    emit(program, node.body);
    program.push({ op: "jump", to: split.to - 1 });
    split.or = program.length;
    return;
  }
  const exits: { or: number }[] = [];
  for (let i = node.min; i < node.max; i++) {
    const split = { op: "split" as const, to: program.length + 1, or: 0 };
    program.push(split);
    exits.push(split);
    emit(program, node.body);
  }
  for (const exit of exits) exit.or = program.length;
}

function run(program: readonly Step[], text: string): boolean {
  const points = Array.from(text, (char) => char.codePointAt(0) ?? 0);
  let current = follow(program, [0], 0, points.length);
  for (let at = 0; at < points.length && current.length > 0; at++) {
    const point = points[at] ?? 0;
    const next: number[] = [];
    for (const index of current) {
      const step = program[index];
      if (step?.op === "set" && contains(step.set, point)) next.push(index + 1);
    }
    current = follow(program, next, at + 1, points.length);
  }
  return current.some((index) => program[index]?.op === "match");
}

/** All states reachable without reading a character; each at most once, which is what bounds the time. */
function follow(program: readonly Step[], starts: readonly number[], at: number, length: number): number[] {
  const seen = new Set<number>();
  const states: number[] = [];
  const open = [...starts];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (seen.has(index)) continue;
    seen.add(index);
    const step = program[index];
    if (step?.op === "jump") open.push(step.to);
    else if (step?.op === "split") open.push(step.or, step.to);
    else if (step?.op === "begin") open.push(...(at === 0 ? [index + 1] : []));
    else if (step?.op === "end") open.push(...(at === length ? [index + 1] : []));
    else states.push(index);
  }
  return states;
}

function contains(set: CharSet, point: number): boolean {
  const inside =
    inRanges(set.ranges, point) || (set.ignoreCase && otherCases(point).some((other) => inRanges(set.ranges, other)));
  return inside !== set.negated;
}

function inRanges(ranges: CharSet["ranges"], point: number): boolean {
  return ranges.some(([low, high]) => point >= low && point <= high);
}

function otherCases(point: number): number[] {
  const char = String.fromCodePoint(point);
  return [char.toLowerCase().codePointAt(0) ?? point, char.toUpperCase().codePointAt(0) ?? point];
}
