/** Inhibition: a more telling alert mutes others while it lives. */
import type { Alert } from "../../domain/alert.ts";
import { alertLabels } from "../labels.ts";
import { parseMatchers } from "../matcher-syntax.ts";
import { compileMatchers, type Labels, valuesOf } from "../matchers.ts";

export interface InhibitRuleConfig {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  /** Labels that must share a value in both. */
  readonly equal?: readonly string[];
}

export interface InhibitRule {
  readonly source: (labels: Labels) => boolean;
  readonly target: (labels: Labels) => boolean;
  readonly equal: readonly string[];
}

export function compileInhibitRules(rules: readonly InhibitRuleConfig[]): readonly InhibitRule[] {
  return rules.map((rule) => ({
    source: compileMatchers(rule.source_matchers.flatMap(parseMatchers)),
    target: compileMatchers(rule.target_matchers.flatMap(parseMatchers)),
    equal: rule.equal ?? [],
  }));
}

/**
 * Which alert, if any, mutes this one: the id of the first unresolved alert that is source of a rule whose target this
 * alert is. As in Alertmanager, alerts that are both source and target of a rule do not mute each other.
 */
export function inhibitedBy(
  alert: Pick<Alert, "id">,
  labels: Labels,
  live: readonly Alert[],
  rules: readonly InhibitRule[],
): string | undefined {
  for (const rule of rules) {
    if (!rule.target(labels)) continue;
    const both = rule.source(labels);
    for (const other of live) {
      if (other.id === alert.id || other.state === "resolved") continue;
      const theirs = alertLabels(other);
      if (!rule.source(theirs) || (both && rule.target(theirs))) continue;
      if (rule.equal.every((name) => shareValue(labels, theirs, name))) return other.id;
    }
  }
  return undefined;
}

function shareValue(a: Labels, b: Labels, name: string): boolean {
  const values = valuesOf(b, name);
  return valuesOf(a, name).some((value) => values.includes(value));
}
