/** Routing's public face: everything the dispatcher needs, compiled once per configuration. */
import { compileInhibitRules, type InhibitRule, type InhibitRuleConfig } from "./inhibition.ts";
import { compileRoutes, type RouteConfig, type RouteTree } from "./route-tree.ts";
import type { NamedInterval } from "./time-intervals.ts";

export interface DeliveryTarget {
  /** `receiver/kind/index`, e.g. `security/slack/0`. */
  readonly target: string;
  readonly sendResolved: boolean;
  /** Milliseconds; for targets that forget what they are not told again. */
  readonly resendEvery?: number;
}

export interface RoutingConfig {
  readonly route: RouteConfig;
  readonly inhibit_rules: readonly InhibitRuleConfig[];
  readonly time_intervals: readonly NamedInterval[];
  readonly monitoring?: { readonly canary?: { readonly receivers?: readonly string[] | undefined } | undefined };
}

export interface Routing {
  readonly tree: RouteTree;
  readonly inhibitRules: readonly InhibitRule[];
  readonly intervals: ReadonlyMap<string, NamedInterval>;
  /** Targets by receiver name. */
  readonly receivers: ReadonlyMap<string, readonly DeliveryTarget[]>;
  /** Receivers of the canary, whatever the routes say. */
  readonly canary: readonly string[];
}

export function compileRouting(config: RoutingConfig, receivers: ReadonlyMap<string, readonly DeliveryTarget[]>): Routing {
  return {
    tree: compileRoutes(config.route),
    inhibitRules: compileInhibitRules(config.inhibit_rules),
    intervals: new Map(config.time_intervals.map((interval) => [interval.name, interval])),
    receivers,
    canary: config.monitoring?.canary?.receivers ?? [...receivers.keys()],
  };
}
