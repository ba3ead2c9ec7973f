/** Where an alert with given labels would go now, and why not: the questions dispatch asks, answered for people. */
import type { Alert } from "../../domain/alert.ts";
import type { Labels } from "../matchers.ts";
import type { Routing } from "./index.ts";
import { intervalReason, muting } from "./muting.ts";
import { type RouteSettings, type RouteTree, routePaths } from "./route-tree.ts";
import type { Silence } from "./silences.ts";

export interface ReachQuestion {
  readonly routing: Routing;
  readonly labels: Labels;
  /** Milliseconds. */
  readonly now: number;
  readonly silences: readonly Silence[];
  /** All alerts; the live ones may inhibit this one. */
  readonly alerts: readonly Alert[];
}

export interface Reached {
  readonly receiver: string;
  /** `receiver/kind/index`. */
  readonly targets: readonly string[];
  readonly settings: RouteSettings;
  /** The way from the root to the route that took the alert. */
  readonly routes: readonly RouteTree[];
  /** `silenced-by:…`, `inhibited-by:…`, `muted-by:…`, `outside-of:…`; undefined: it would be told. */
  readonly muted: string | undefined;
}

/** One entry for each receiver that routes lead to, in the order of the routes. Never empty. */
export function reach({ routing, labels, now, silences, alerts }: ReachQuestion): readonly Reached[] {
  const { alert } = labels;
  const muted = muting(routing, silences, alerts)({ id: typeof alert === "string" ? alert : "" }, labels, now);
  return routePaths(labels, routing.tree).map(({ settings, routes }) => ({
    receiver: settings.receiver,
    targets: (routing.receivers.get(settings.receiver) ?? []).map(({ target }) => target),
    settings,
    routes,
    muted: muted ?? intervalReason(settings, routing, now),
  }));
}
