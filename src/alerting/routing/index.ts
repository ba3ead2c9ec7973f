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
  /** Told only what changes an incident: a notice about a silence would open one. */
  readonly incidentsOnly?: boolean;
}

export interface RoutingConfig {
  readonly route: RouteConfig;
  readonly inhibit_rules: readonly InhibitRuleConfig[];
  readonly time_intervals: readonly NamedInterval[];
  readonly alerts?: { readonly silence_notice: number };
  readonly monitoring?: { readonly canary?: { readonly receivers?: readonly string[] | undefined } | undefined };
}

export interface Routing {
  readonly tree: RouteTree;
  readonly inhibitRules: readonly InhibitRule[];
  readonly intervals: ReadonlyMap<string, NamedInterval>;
  /** Targets by receiver name. */
  readonly receivers: ReadonlyMap<string, readonly DeliveryTarget[]>;
  /** How long before the end of a silence it is told that an alert under it still fires, milliseconds; 0: never. */
  readonly silenceNotice: number;
  /** Receivers of the canary, whatever the routes say. */
  readonly canary: readonly string[];
}

export function compileRouting(config: RoutingConfig, receivers: ReadonlyMap<string, readonly DeliveryTarget[]>): Routing {
  return {
    tree: compileRoutes(config.route),
    inhibitRules: compileInhibitRules(config.inhibit_rules),
    intervals: new Map(config.time_intervals.map((interval) => [interval.name, interval])),
    receivers,
    silenceNotice: config.alerts?.silence_notice ?? 0,
    canary: config.monitoring?.canary?.receivers ?? [...receivers.keys()],
  };
}
