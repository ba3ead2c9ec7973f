/**
 * Matchers, as in Prometheus Alertmanager: `policy=~"pci-.*"`. One syntax for regimes, routes, silences, inhibition and
 * detection overrides. Syntax: matcher-syntax.ts.
 */
import { compileAnchored } from "./linear-regex.ts";

export type MatchOperator = "=" | "!=" | "=~" | "!~";

export interface Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
}

/**
 * Labels of a series or an alert. An alert of several series has several values of one name: a positive matcher holds
 * when any value matches, a negative one when none does. A name that is absent has the empty value, as in Alertmanager.
 */
export type Labels = Readonly<Record<string, string | readonly string[]>>;

const ABSENT: readonly string[] = [""];

/**
 * One decision function for all matchers (all must hold). Compile once, ask often: expressions are compiled here, and
 * the cost of asking is linear in the length of the value.
 */
export function compileMatchers(matchers: readonly Matcher[]): (labels: Labels) => boolean {
  const tests = matchers.map(compileMatcher);
  return (labels) => tests.every((test) => test(labels));
}

function compileMatcher(matcher: Matcher): (labels: Labels) => boolean {
  const holds =
    matcher.operator === "=" || matcher.operator === "!="
      ? (value: string) => value === matcher.value
      : compileAnchored(matcher.value);
  const wanted = matcher.operator === "=" || matcher.operator === "=~";
  return (labels) => valuesOf(labels, matcher.name).some(holds) === wanted;
}

/** Values of a label; never empty, because an absent label has the empty value. */
export function valuesOf(labels: Labels, name: string): readonly string[] {
  const value = Object.hasOwn(labels, name) ? labels[name] : undefined;
  if (value === undefined) return ABSENT;
  if (typeof value === "string") return [value];
  return value.length === 0 ? ABSENT : value;
}

/** True when the matcher also holds for a label that is absent: a silence made only of such matchers mutes everything. */
export function matchesAbsent(matcher: Matcher): boolean {
  return compileMatcher(matcher)({});
}

/** The matcher as text that parses to itself. */
export function formatMatcher(matcher: Matcher): string {
  const name = /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(matcher.name) ? matcher.name : quote(matcher.name);
  return `${name}${matcher.operator}${quote(matcher.value)}`;
}

function quote(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\t", "\\t")}"`;
}
