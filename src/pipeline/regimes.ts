/** Regimes (PCI, HIPAA …) of a violation, by the configured matchers. */

import { parseMatchers } from "../alerting/matcher-syntax.ts";
import { compileMatchers } from "../alerting/matchers.ts";
import type { Violation } from "../domain/violation.ts";
import { violationLabels } from "./series-labels.ts";

/** One alternative: a violation that fits all matchers belongs to the regime. Several may have one name. */
export interface RegimeRule {
  readonly name: string;
  readonly match: readonly string[];
}

/** Compiles the rules once; the answer names each regime once, in the order of the rules. Throws on a bad matcher. */
export function compileRegimes(rules: readonly RegimeRule[]): (violation: Violation, workload: string) => readonly string[] {
  const compiled = rules.map((rule) => ({
    name: rule.name,
    holds: compileMatchers(rule.match.flatMap((text) => parseMatchers(text))),
  }));
  return (violation, workload) => {
    const labels = violationLabels(violation, workload);
    return [...new Set(compiled.filter((rule) => rule.holds(labels)).map((rule) => rule.name))];
  };
}
