/**
 * The text form of matchers: `name op value`, or several in braces and commas (`{cluster="eu", policy=~"pci-.*"}`).
 * Names and values may be quoted (then any UTF-8) or bare (then without spaces and `{}!=~,"'` and backquote).
 */
import { compileAnchored } from "./linear-regex.ts";
import type { Matcher, MatchOperator } from "./matchers.ts";
import { RegexSyntaxError } from "./regex-syntax.ts";

export class MatcherSyntaxError extends Error {
  /** Index into the text, in UTF-16 units: where a person should look. */
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.name = "MatcherSyntaxError";
    this.position = position;
  }
}

const BARE = /^[^\s{}!=~,"'`\\]+/;
/** A bare value may hold backslashes, which expressions need. */
const BARE_VALUE = /^[^\s{}!=~,"'`]+/;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", '"': '"', "\\": "\\" };

/** Exactly one matcher. Throws MatcherSyntaxError. */
export function parseMatcher(text: string): Matcher {
  const parser = new MatcherParser(text);
  const matcher = parser.matcher();
  parser.end();
  return matcher;
}

/** One or several matchers, with or without braces. Throws MatcherSyntaxError; the result is never empty. */
export function parseMatchers(text: string): readonly Matcher[] {
  const parser = new MatcherParser(text);
  const braced = parser.take("{");
  const matchers = [parser.matcher()];
  while (parser.take(",")) {
    if (parser.at("}") || parser.at("")) break;
    matchers.push(parser.matcher());
  }
  if (braced && !parser.take("}")) parser.fail('expected "," or "}"');
  parser.end();
  return matchers;
}

class MatcherParser {
  private readonly text: string;
  private position = 0;

  constructor(text: string) {
    this.text = text;
  }

  matcher(): Matcher {
    const name = this.word(BARE);
    if (name === undefined) this.fail("expected a label name");
    if (name === "") this.fail("the label name is empty");
    const operator = this.operator();
    this.space();
    const start = this.position;
    const value = this.word(BARE_VALUE);
    if (value === undefined) this.fail(`expected a value; write ${name}${operator}"" to match an absent label`);
    if (operator === "=~" || operator === "!~") this.checkExpression(value, start);
    return { name, operator, value };
  }

  private operator(): MatchOperator {
    for (const operator of ["=~", "!~", "!=", "="] as const) {
      if (this.take(operator)) {
        if (operator === "=" && this.at("=")) this.fail('write "=" instead of "=="');
        return operator;
      }
    }
    return this.fail("expected =, !=, =~ or !~");
  }

  private checkExpression(value: string, start: number): void {
    try {
      compileAnchored(value);
    } catch (error) {
      if (!(error instanceof RegexSyntaxError)) throw error;
      const quoted = this.text[start] === '"' ? 1 : 0;
      throw new MatcherSyntaxError(`regular expression: ${error.message}`, start + quoted + error.position);
    }
  }

  private word(bare: RegExp): string | undefined {
    this.space();
    if (this.text[this.position] === '"') return this.quoted();
    if (this.text[this.position] === "'") this.fail("use double quotes");
    const match = bare.exec(this.text.slice(this.position))?.[0];
    this.position += match?.length ?? 0;
    return match;
  }

  /** Unknown escapes keep their backslash, so that `"a\.b"` reads as people mean it. */
  private quoted(): string {
    const start = this.position++;
    let out = "";
    for (;;) {
      const char = this.text[this.position++];
      if (char === undefined) this.fail("the quote is not closed", start);
      if (char === '"') return out;
      if (char !== "\\") {
        out += char;
        continue;
      }
      const next = this.text[this.position++];
      if (next === undefined) this.fail("the quote is not closed", start);
      out += ESCAPES[next] ?? `\\${next}`;
    }
  }

  end(): void {
    this.space();
    if (this.position < this.text.length) this.fail("expected the end of the matcher; quote values with special characters");
  }

  at(text: string): boolean {
    this.space();
    return text === "" ? this.position >= this.text.length : this.text.startsWith(text, this.position);
  }

  take(text: string): boolean {
    if (!this.at(text)) return false;
    this.position += text.length;
    return true;
  }

  fail(message: string, position = this.position): never {
    throw new MatcherSyntaxError(`${message} at character ${position + 1} of ${JSON.stringify(this.text)}`, position);
  }

  private space(): void {
    while (/\s/.test(this.text[this.position] ?? "")) this.position++;
  }
}
