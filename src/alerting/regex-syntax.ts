/**
 * The regular expressions of matchers, parsed: the RE2 dialect that Alertmanager users write (literals, `.`, classes,
 * `\d \w \s`, groups, alternation, `* + ? {n,m}`, `^ $`, `(?i)`), without back references and look-around, which RE2
 * does not have either. Parsing apart from matching keeps error positions exact.
 */

/** Inclusive ranges of code points, and whether their complement is meant. */
export interface CharSet {
  readonly ranges: readonly (readonly [low: number, high: number])[];
  readonly negated: boolean;
  readonly ignoreCase: boolean;
}

export type RegexNode =
  | { readonly kind: "set"; readonly set: CharSet }
  | { readonly kind: "concat"; readonly parts: readonly RegexNode[] }
  | { readonly kind: "either"; readonly options: readonly RegexNode[] }
  | { readonly kind: "repeat"; readonly body: RegexNode; readonly min: number; readonly max: number }
  | { readonly kind: "begin" }
  | { readonly kind: "end" };

export class RegexSyntaxError extends Error {
  /** Index into the pattern, in UTF-16 units. */
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.name = "RegexSyntaxError";
    this.position = position;
  }
}

const ANY: CharSet = { ranges: [[0, 0x10ffff]], negated: false, ignoreCase: false };
const DIGIT: CharSet["ranges"] = [[48, 57]];
const WORD: CharSet["ranges"] = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
const SPACE: CharSet["ranges"] = [
  [9, 10],
  [12, 13],
  [32, 32],
];
const CLASSES: Readonly<Record<string, CharSet["ranges"]>> = { d: DIGIT, w: WORD, s: SPACE };
const CONTROL: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, f: 12, v: 11 };
/** As in RE2: larger counted repetitions are refused. */
const MAX_COUNT = 1000;
const MAX_DEPTH = 100;

export function parseRegex(pattern: string): RegexNode {
  return new RegexParser(pattern).parse();
}

class RegexParser {
  private readonly text: string;
  private at = 0;
  private depth = 0;
  private ignoreCase = false;

  constructor(text: string) {
    this.text = text;
  }

  parse(): RegexNode {
    const node = this.alternation();
    if (this.at < this.text.length) this.fail('")" without "("', this.at);
    return node;
  }

  private alternation(): RegexNode {
    const options = [this.concatenation()];
    while (this.take("|")) options.push(this.concatenation());
    const [only] = options;
    return options.length === 1 && only ? only : { kind: "either", options };
  }

  private concatenation(): RegexNode {
    const parts: RegexNode[] = [];
    while (this.at < this.text.length && this.text[this.at] !== "|" && this.text[this.at] !== ")") {
      const atom = this.atom();
      if (atom) parts.push(this.repetition(atom));
    }
    return { kind: "concat", parts };
  }

  private atom(): RegexNode | undefined {
    const start = this.at;
    const point = this.next();
    switch (String.fromCodePoint(point)) {
      case ".":
        return { kind: "set", set: ANY };
      case "^":
        return { kind: "begin" };
      case "$":
        return { kind: "end" };
      case "(":
        return this.group(start);
      case "[":
        return { kind: "set", set: this.bracket(start) };
      case "\\":
        return { kind: "set", set: this.escape(start) };
      case "*":
      case "+":
      case "?":
        return this.fail("nothing to repeat", start);
      default:
        return { kind: "set", set: this.set([[point, point]], false) };
    }
  }

  private group(start: number): RegexNode | undefined {
    const outer = this.ignoreCase;
    if (this.take("?")) {
      const flags = /^(P?<[A-Za-z_]\w*>|[is]*(?::|\)))/.exec(this.text.slice(this.at))?.[0];
      if (!flags) this.fail("look-around is not supported (nor in RE2); use several matchers", start);
      this.at += flags.length;
      if (flags.includes("i")) this.ignoreCase = true;
      if (flags.endsWith(")")) return undefined;
    }
    if (++this.depth > MAX_DEPTH) this.fail("groups are nested too deeply", start);
    const body = this.alternation();
    if (!this.take(")")) this.fail('"(" is not closed', start);
    this.depth--;
    this.ignoreCase = outer;
    return body;
  }

  private repetition(atom: RegexNode): RegexNode {
    const start = this.at;
    const bounds = this.quantifier();
    if (!bounds) return atom;
    // Lazy or greedy makes no difference to whether the whole text matches.
    this.take("?");
    if (/^[*+?]/.test(this.text.slice(this.at))) this.fail("a repetition cannot be repeated; put it into a group", this.at);
    const [min, max] = bounds;
    if (min > MAX_COUNT || (max !== Number.POSITIVE_INFINITY && max > MAX_COUNT))
      this.fail(`at most ${MAX_COUNT} repetitions`, start);
    if (max < min) this.fail("the maximum is below the minimum", start);
    return { kind: "repeat", body: atom, min, max };
  }

  private quantifier(): readonly [number, number] | undefined {
    if (this.take("*")) return [0, Number.POSITIVE_INFINITY];
    if (this.take("+")) return [1, Number.POSITIVE_INFINITY];
    if (this.take("?")) return [0, 1];
    const counted = /^\{(\d{1,5})(,(\d{1,5})?)?\}/.exec(this.text.slice(this.at));
    if (!counted) return undefined;
    this.at += counted[0].length;
    const min = Number(counted[1]);
    if (counted[2] === undefined) return [min, min];
    return [min, counted[3] === undefined ? Number.POSITIVE_INFINITY : Number(counted[3])];
  }

  private bracket(start: number): CharSet {
    const negated = this.take("^");
    const ranges: (readonly [number, number])[] = [];
    for (let first = true; first || !this.take("]"); first = false) {
      if (this.at >= this.text.length) this.fail('"[" is not closed', start);
      if (this.text.startsWith("[:", this.at)) this.fail("[:classes:] are not supported; write the characters", this.at);
      const low = this.member();
      if (typeof low !== "number") {
        ranges.push(...low);
        continue;
      }
      const dash = this.text[this.at] === "-" && this.at + 1 < this.text.length && this.text[this.at + 1] !== "]";
      if (!dash) {
        ranges.push([low, low]);
        continue;
      }
      this.at++;
      const high = this.member();
      if (typeof high !== "number" || high < low) this.fail("the range runs backwards", this.at - 1);
      ranges.push([low, high]);
    }
    return this.set(ranges, negated);
  }

  /** One member of a bracket: a code point, or the ranges of `\d` and the like. */
  private member(): number | CharSet["ranges"] {
    const start = this.at;
    const point = this.next();
    if (point !== 92) return point;
    const set = this.escape(start);
    const [only] = set.ranges;
    if (set.negated) this.fail("negated classes cannot stand inside brackets", start);
    return set.ranges.length === 1 && only && only[0] === only[1] ? only[0] : set.ranges;
  }

  private escape(start: number): CharSet {
    if (this.at >= this.text.length) this.fail("the pattern ends with a backslash", start);
    const point = this.next();
    const letter = String.fromCodePoint(point);
    const ranges = CLASSES[letter.toLowerCase()];
    if (ranges) return this.set(ranges, letter !== letter.toLowerCase());
    const control = CONTROL[letter];
    if (control !== undefined) return this.set([[control, control]], false);
    if (/[A-Za-z0-9]/.test(letter)) this.fail(`"\\${letter}" is not supported`, start);
    return this.set([[point, point]], false);
  }

  private set(ranges: CharSet["ranges"], negated: boolean): CharSet {
    return { ranges, negated, ignoreCase: this.ignoreCase };
  }

  private next(): number {
    const point = this.text.codePointAt(this.at) ?? 0;
    this.at += point > 0xffff ? 2 : 1;
    return point;
  }

  private take(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  private fail(message: string, position: number): never {
    throw new RegexSyntaxError(message, position);
  }
}
