/** The answers of `tenfold routes` as JSON: names as in the API, durations as in the configuration. */
import type { Labels } from "../alerting/matchers.ts";
import type { Routing } from "../alerting/routing/index.ts";
import type { Reached } from "../alerting/routing/reach.ts";
import type { RouteSettings, RouteTree } from "../alerting/routing/route-tree.ts";
import { formatDuration } from "../domain/duration.ts";

/** Where an alert would go. */
export interface ReachAnswer {
  readonly labels: Labels;
  readonly at: string;
  /** True when a daemon told of silences and other alerts. */
  readonly asked: boolean;
  readonly reached: readonly Reached[];
  readonly routing: Routing;
}

export function treeView({ tree, receivers }: Routing): object {
  return {
    route: routeView(tree),
    receivers: [...receivers].map(([name, targets]) => ({ name, targets: targets.map(({ target }) => target) })),
  };
}

export function reachView({ labels, at, asked, reached }: ReachAnswer): object {
  return {
    at,
    labels,
    /** False: silences and other alerts were not looked at. */
    daemonAsked: asked,
    receivers: reached.map(({ receiver, targets, settings, routes, muted }) => ({
      receiver,
      targets,
      told: muted === undefined,
      reason: muted ?? "routed",
      path: routes.map((one) => ({ receiver: one.settings.receiver, match: one.match })),
      ...settingsView(settings),
    })),
  };
}

function routeView({ settings, match, continue: goesOn, children }: RouteTree): object {
  const { receiver } = settings;
  return { receiver, match, continue: goesOn, ...settingsView(settings), routes: children.map(routeView) };
}

function settingsView(settings: RouteSettings): object {
  const { groupBy, groupWait, groupInterval, repeatInterval, escalate, muteTimeIntervals, activeTimeIntervals } = settings;
  return {
    groupBy,
    groupWait: formatDuration(groupWait),
    groupInterval: formatDuration(groupInterval),
    repeatInterval: formatDuration(repeatInterval),
    escalate: escalate.map(({ after, receiver, severity }) => ({ after: formatDuration(after), receiver, severity })),
    muteTimeIntervals,
    activeTimeIntervals,
  };
}
