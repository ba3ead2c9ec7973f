/** The routing tree, with Alertmanager's words and semantics. */
import type { Severity } from "../../domain/alert.ts";
import { hashHex } from "../../domain/ids.ts";
import { parseMatchers } from "../matcher-syntax.ts";
import { compileMatchers, formatMatcher, type Labels, valuesOf } from "../matchers.ts";

/** A receiver that is told too when an alert of these severities fires for `after` milliseconds without acknowledgement. */
export interface EscalationStep {
  readonly after: number;
  readonly receiver: string;
  readonly severity: readonly Severity[];
}

/** A route as configuration gives it: what it leaves out it takes from its parent. Times in milliseconds. */
export interface RouteConfig {
  readonly receiver?: string | undefined;
  readonly match?: readonly string[];
  readonly continue?: boolean;
  readonly group_by?: readonly string[] | undefined;
  readonly group_wait?: number | undefined;
  readonly group_interval?: number | undefined;
  readonly repeat_interval?: number | undefined;
  readonly escalate?: readonly EscalationStep[] | undefined;
  readonly mute_time_intervals?: readonly string[];
  readonly active_time_intervals?: readonly string[];
  readonly routes?: readonly RouteConfig[];
}

/** What one route says about an alert it takes. */
export interface RouteSettings {
  readonly receiver: string;
  readonly groupBy: readonly string[];
  /** How long a new alert waits, so that what belongs to it can join before it is told. */
  readonly groupWait: number;
  /** How long between messages that only tell of further series. */
  readonly groupInterval: number;
  /** How often a firing alert is told again. */
  readonly repeatInterval: number;
  /** Earliest first. */
  readonly escalate: readonly EscalationStep[];
  readonly muteTimeIntervals: readonly string[];
  readonly activeTimeIntervals: readonly string[];
}

export interface RouteTree {
  readonly settings: RouteSettings;
  /** Its matchers as text; empty: it takes everything. */
  readonly match: readonly string[];
  readonly takes: (labels: Labels) => boolean;
  readonly continue: boolean;
  readonly children: readonly RouteTree[];
}

const DEFAULTS = { groupWait: 10_000, groupInterval: 300_000, repeatInterval: 4 * 3_600_000 };

/** What holds where no route does: told at once, and to nobody twice. */
export function directRoute(receiver: string): RouteSettings {
  return { receiver, groupBy: [], ...DEFAULTS, groupWait: 0, escalate: [], muteTimeIntervals: [], activeTimeIntervals: [] };
}

/** Throws MatcherSyntaxError; configuration has been checked before. */
export function compileRoutes(root: RouteConfig): RouteTree {
  const settings: RouteSettings = {
    receiver: root.receiver ?? "",
    groupBy: [],
    ...DEFAULTS,
    escalate: [],
    muteTimeIntervals: [],
    activeTimeIntervals: [],
  };
  return compile(root, settings);
}

function compile(route: RouteConfig, parent: RouteSettings): RouteTree {
  const settings: RouteSettings = {
    receiver: route.receiver ?? parent.receiver,
    groupBy: route.group_by ?? parent.groupBy,
    groupWait: route.group_wait ?? parent.groupWait,
    groupInterval: route.group_interval ?? parent.groupInterval,
    repeatInterval: route.repeat_interval ?? parent.repeatInterval,
    escalate: route.escalate?.toSorted((a, b) => a.after - b.after) ?? parent.escalate,
    // As in Alertmanager, time intervals are not inherited.
    muteTimeIntervals: route.mute_time_intervals ?? [],
    activeTimeIntervals: route.active_time_intervals ?? [],
  };
  const matchers = (route.match ?? []).flatMap(parseMatchers);
  return {
    settings,
    match: matchers.map(formatMatcher),
    takes: compileMatchers(matchers),
    continue: route.continue ?? false,
    children: (route.routes ?? []).map((child) => compile(child, settings)),
  };
}

/**
 * The routes that take an alert, each as the way to it from the root: depth first, a route itself when none of its children
 * takes the alert, siblings after a match only with `continue`. Each receiver at most once, by its first route. The root
 * takes everything.
 */
export function routePaths(labels: Labels, tree: RouteTree): readonly RoutePath[] {
  const found = new Map<string, RoutePath>();
  for (const path of descend(labels, tree, [])) {
    const { receiver } = path.settings;
    if (!found.has(receiver)) found.set(receiver, path);
  }
  return [...found.values()];
}

/** What the routes that take an alert say: see routePaths. */
export function route(labels: Labels, tree: RouteTree): readonly RouteSettings[] {
  return routePaths(labels, tree).map((path) => path.settings);
}

export interface RoutePath {
  /** Of the last route of the way. */
  readonly settings: RouteSettings;
  /** From the root on. */
  readonly routes: readonly RouteTree[];
}

function descend(labels: Labels, tree: RouteTree, above: readonly RouteTree[]): readonly RoutePath[] {
  const routes = [...above, tree];
  const below: RoutePath[] = [];
  for (const child of tree.children) {
    if (!child.takes(labels)) continue;
    below.push(...descend(labels, child, routes));
    if (!child.continue) break;
  }
  return below.length > 0 ? below : [{ settings: tree.settings, routes }];
}

export interface Group {
  readonly labels: Readonly<Record<string, string>>;
  /** Stable over the life of the group; opaque. */
  readonly key: string;
}

/**
 * The group an alert belongs to. An alert already holds all series of one cause, so grouping names what belongs together
 * for the receiver; messages are not merged.
 */
export function groupOf(labels: Labels, settings: RouteSettings): Group {
  const names = settings.groupBy.includes("...") ? Object.keys(labels) : settings.groupBy;
  const pairs = names.map((name) => [name, valuesOf(labels, name).join(",")] as const);
  return { labels: Object.fromEntries(pairs), key: hashHex(["group", settings.receiver, ...pairs.flat()]) };
}
