import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileAnchored } from "../../../src/alerting/linear-regex.ts";
import { MatcherSyntaxError, parseMatcher, parseMatchers } from "../../../src/alerting/matcher-syntax.ts";
import { compileMatchers, formatMatcher, matchesAbsent } from "../../../src/alerting/matchers.ts";
import { RegexSyntaxError } from "../../../src/alerting/regex-syntax.ts";

function holds(text: string, labels: Record<string, string | string[]>): boolean {
  return compileMatchers(parseMatchers(text))(labels);
}

describe("matcher syntax", () => {
  it.each([
    ['policy=~"pci-.*"', { name: "policy", operator: "=~", value: "pci-.*" }],
    ["policy=~pci-.*", { name: "policy", operator: "=~", value: "pci-.*" }],
    ['policy != "a b"', { name: "policy", operator: "!=", value: "a b" }],
    ['"größe 🙂"!~"x|y"', { name: "größe 🙂", operator: "!~", value: "x|y" }],
    ['a=""', { name: "a", operator: "=", value: "" }],
    ['a="say \\"hi\\"\\n"', { name: "a", operator: "=", value: 'say "hi"\n' }],
    ['a=~"v1\\.2"', { name: "a", operator: "=~", value: "v1\\.2" }],
  ])("reads %s", (text, expected) => {
    expect(parseMatcher(text)).toEqual(expected);
  });

  it.each([
    ["policy", 6, "expected =, !=, =~ or !~"],
    ["=x", 0, "expected a label name"],
    ["policy==x", 7, 'write "=" instead of "=="'],
    ["policy=", 7, 'write policy="" to match an absent label'],
    ['policy="x', 7, "the quote is not closed"],
    ["policy='x'", 7, "use double quotes"],
    ["policy=a b", 9, "expected the end"],
    ['policy=~"a(b"', 10, '"(" is not closed'],
    ['policy=~"(?=x)"', 9, "look-around is not supported"],
    ['policy=~"(x)\\1"', 12, "is not supported"],
    ['policy=~"a**"', 11, "cannot be repeated"],
  ])("refuses %s at %i", (text, position, message) => {
    let caught: unknown;
    try {
      parseMatcher(text);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(MatcherSyntaxError);
    expect((caught as MatcherSyntaxError).position).toBe(position);
    expect((caught as MatcherSyntaxError).message).toContain(message);
  });

  it("reads several in braces, with a trailing comma", () => {
    expect(parseMatchers('{cluster="eu", policy=~"pci-.*",}')).toHaveLength(2);
    expect(() => parseMatchers('{cluster="eu"')).toThrow('expected "," or "}"');
  });

  it("writes what it can read again, for any name and value", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1 });
    fc.assert(
      fc.property(
        text,
        fc.string({ unit: "grapheme" }),
        fc.constantFrom("=" as const, "!=" as const),
        (name, value, operator) => {
          const matcher = { name, operator, value };
          expect(parseMatcher(formatMatcher(matcher))).toEqual(matcher);
        },
      ),
    );
  });
});

describe("matching", () => {
  it("anchors expressions at both ends", () => {
    expect(holds('policy=~"pci"', { policy: "pci-egress" })).toBe(false);
    expect(holds('policy=~"pci-.*"', { policy: "pci-egress" })).toBe(true);
  });

  it("gives an absent label the empty value", () => {
    expect(holds('team=""', {})).toBe(true);
    expect(holds('team!="a"', {})).toBe(true);
    expect(holds('team=~".+"', {})).toBe(false);
    expect(matchesAbsent(parseMatcher('team=~".*"'))).toBe(true);
    expect(matchesAbsent(parseMatcher('team=~".+"'))).toBe(false);
  });

  it("holds for any of several values, and a negation for none of them", () => {
    const labels = { regime: ["pci", "sox"] };
    expect(holds('regime="sox"', labels)).toBe(true);
    expect(holds('regime!="sox"', labels)).toBe(false);
    expect(holds('regime!~"hip.*"', labels)).toBe(true);
    expect(holds('regime=""', { regime: [] })).toBe(true);
  });

  it("is not confused by names of Object.prototype", () => {
    expect(holds('constructor=""', {})).toBe(true);
  });
});

describe("linear-time expressions", () => {
  it.each(["(a|a)*b", "(a*)*b", "(.*)*x", "(a+)+$b", "a*a*a*a*a*a*a*a*b"])("decides %s against 5000 letters", (pattern) => {
    // A backtracking engine needs 2^5000 (or 5000^9) steps here and would run into the test's time limit.
    expect(compileAnchored(pattern)("a".repeat(5000))).toBe(false);
  });

  it("refuses patterns that are too long or expand too far", () => {
    expect(() => compileAnchored("a".repeat(1001))).toThrow(RegexSyntaxError);
    expect(() => compileAnchored("((a{100}){100}){100}")).toThrow("too many repetitions");
    expect(compileAnchored("((((){1000}){1000}){1000}){1000}")("")).toBe(true);
    expect(() => compileAnchored("a{1001}")).toThrow("at most 1000");
  });

  it("honours (?i), classes, counts and named groups", () => {
    expect(compileAnchored("(?i)pci-[A-C]+")("PCI-abc")).toBe(true);
    expect(compileAnchored("(?i:pci)-x")("PCI-X")).toBe(false);
    expect(compileAnchored("(?P<tag>\\d{2,3})[^\\d]")("123x")).toBe(true);
    expect(compileAnchored("[^a-c]+")("abd")).toBe(false);
  });

  it("agrees with the engine of the language on patterns both understand", () => {
    const leaf = fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "\\w", "a|b", "ab", "");
    const pattern = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        leaf,
        fc.tuple(tie("node"), tie("node")).map(([x, y]) => x + y),
        fc.tuple(tie("node"), tie("node")).map(([x, y]) => `(${x}|${y})`),
        fc.tuple(tie("node"), fc.constantFrom("*", "+", "?", "{1,2}", "{2}", "{0,}", "*?")).map(([x, q]) => `(?:${x})${q}`),
      ),
    })).node;
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });
    fc.assert(
      fc.property(pattern, text, (source, subject) => {
        fc.pre(source.length < 60);
        expect(compileAnchored(source)(subject)).toBe(new RegExp(`^(?:${source})$`, "s").test(subject));
      }),
      { numRuns: 2000 },
    );
  });
});
