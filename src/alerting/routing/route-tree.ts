/** The routing tree, with Alertmanager's words and semantics. */
import { hashHex } from "../../domain/ids.ts";
import { parseMatchers } from "../matcher-syntax.ts";
import { compileMatchers, type Labels, valuesOf } from "../matchers.ts";

/** A route as configuration gives it: what it leaves out it takes from its parent. Times in milliseconds. */
export interface RouteConfig {
  readonly receiver?: string | undefined;
  readonly match?: readonly string[];
  readonly continue?: boolean;
  readonly group_by?: readonly string[] | undefined;
  readonly group_wait?: number | undefined;
  readonly group_interval?: number | undefined;
  readonly repeat_interval?: number | undefined;
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
  readonly muteTimeIntervals: readonly string[];
  readonly activeTimeIntervals: readonly string[];
}

export interface RouteTree {
  readonly settings: RouteSettings;
  readonly takes: (labels: Labels) => boolean;
  readonly continue: boolean;
  readonly children: readonly RouteTree[];
}

const DEFAULTS = { groupWait: 10_000, groupInterval: 300_000, repeatInterval: 4 * 3_600_000 };

/** What holds where no route does: told at once, and to nobody twice. */
export function directRoute(receiver: string): RouteSettings {
  return { receiver, groupBy: [], ...DEFAULTS, groupWait: 0, muteTimeIntervals: [], activeTimeIntervals: [] };
}

/** Throws MatcherSyntaxError; configuration has been checked before. */
export function compileRoutes(root: RouteConfig): RouteTree {
  const settings: RouteSettings = {
    receiver: root.receiver ?? "",
    groupBy: [],
    ...DEFAULTS,
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
    // As in Alertmanager, time intervals are not inherited.
    muteTimeIntervals: route.mute_time_intervals ?? [],
    activeTimeIntervals: route.active_time_intervals ?? [],
  };
  return {
    settings,
    takes: compileMatchers((route.match ?? []).flatMap(parseMatchers)),
    continue: route.continue ?? false,
    children: (route.routes ?? []).map((child) => compile(child, settings)),
  };
}

/**
 * The routes that take an alert: depth first, a route's own settings when none of its children takes the alert, siblings
 * after a match only with `continue`. Each receiver at most once, by its first route. The root takes everything.
 */
export function route(labels: Labels, tree: RouteTree): readonly RouteSettings[] {
  const found = new Map<string, RouteSettings>();
  for (const settings of descend(labels, tree)) if (!found.has(settings.receiver)) found.set(settings.receiver, settings);
  return [...found.values()];
}

function descend(labels: Labels, tree: RouteTree): readonly RouteSettings[] {
  const below: RouteSettings[] = [];
  for (const child of tree.children) {
    if (!child.takes(labels)) continue;
    below.push(...descend(labels, child));
    if (!child.continue) break;
  }
  return below.length > 0 ? below : [tree.settings];
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
