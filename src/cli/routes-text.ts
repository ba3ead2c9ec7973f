/** The answers of `tenfold routes` for a terminal. */
import type { Labels } from "../alerting/matchers.ts";
import type { Routing } from "../alerting/routing/index.ts";
import type { Reached } from "../alerting/routing/reach.ts";
import type { EscalationStep, RouteSettings, RouteTree } from "../alerting/routing/route-tree.ts";
import { formatDuration } from "../domain/duration.ts";
import type { ReachAnswer } from "./routes-view.ts";

/** The whole tree, one route a line, and the targets of every receiver. */
export function treeText(routing: Routing): string {
  return `${[...treeLines(routing.tree), "", ...receiverLines(routing)].join("\n")}\n`;
}

/** The receivers first, each with its reason; then the tree, with the routes taken marked. */
export function reachText({ labels, at, asked, reached, routing }: ReachAnswer): string {
  const taken = new Set(reached.flatMap(({ routes }) => routes.slice(-1)));
  const lines = [
    ...reached.flatMap((one) => reachedLines(one, routing)),
    "",
    `labels    ${labelText(labels)}`,
    `at        ${at}`,
    ...(asked ? [] : ["not asked silences and other alerts: add --url to ask the daemon"]),
    "",
    ...treeLines(routing.tree, taken),
  ];
  return `${lines.join("\n")}\n`;
}

function reachedLines({ receiver, targets, settings, routes, muted }: Reached, routing: Routing): readonly string[] {
  const way = routes.map((route) => (route === routing.tree ? "root" : matchText(route))).join(" > ");
  const told = targets.length === 0 ? "NOBODY: the receiver has no target" : targets.join(", ");
  return [
    `${receiver}: ${muted === undefined ? told : `NOT TOLD, ${muted}`}`,
    `  by        ${way}`,
    `  when      ${timingText(settings)}`,
    ...settings.escalate.map((step) => `  escalates ${escalationText(step)}, unless acknowledged`),
  ];
}

function treeLines(tree: RouteTree, taken: ReadonlySet<RouteTree> = new Set()): readonly string[] {
  const lines: string[] = [];
  const add = (route: RouteTree, parent: RouteTree | undefined, head: string, indent: string) => {
    const mark = taken.has(route) ? "  <- taken" : "";
    const what = parent === undefined ? "root" : matchText(route);
    const goesOn = route.continue ? ", continue" : "";
    lines.push(`${head}${what} -> ${route.settings.receiver}${goesOn}${differences(route, parent)}${mark}`);
    route.children.forEach((child, index) => {
      const last = index === route.children.length - 1;
      add(child, route, `${indent}${last ? "└── " : "├── "}`, `${indent}${last ? "    " : "│   "}`);
    });
  };
  add(tree, undefined, "", "");
  return lines;
}

/** Of the root everything, below it what is not as in the parent. Time intervals are not inherited. */
function differences(route: RouteTree, parent: RouteTree | undefined): string {
  const above = new Set(parent ? settingTexts(parent.settings) : []);
  const own = [...settingTexts(route.settings).filter((text) => !above.has(text)), ...intervalTexts(route.settings)];
  return own.length === 0 ? "" : `  (${own.join(", ")})`;
}

function settingTexts({ groupBy, groupWait, groupInterval, repeatInterval, escalate }: RouteSettings): readonly string[] {
  return [
    ...(groupBy.length === 0 ? [] : [`group_by ${groupBy.join(" ")}`]),
    `group_wait ${formatDuration(groupWait)}`,
    `group_interval ${formatDuration(groupInterval)}`,
    `repeat_interval ${formatDuration(repeatInterval)}`,
    ...escalate.map((step) => `escalates ${escalationText(step)}`),
  ];
}

function intervalTexts({ muteTimeIntervals, activeTimeIntervals }: RouteSettings): readonly string[] {
  return [
    ...(muteTimeIntervals.length === 0 ? [] : [`muted in ${muteTimeIntervals.join(" ")}`]),
    ...(activeTimeIntervals.length === 0 ? [] : [`only in ${activeTimeIntervals.join(" ")}`]),
  ];
}

function timingText({ groupWait, groupInterval, repeatInterval }: RouteSettings): string {
  const first = `first after ${formatDuration(groupWait)}, further series after ${formatDuration(groupInterval)}`;
  return `${first}, again every ${formatDuration(repeatInterval)} while it fires`;
}

function escalationText({ after, receiver, severity }: EscalationStep): string {
  return `to ${receiver} after ${formatDuration(after)} if ${severity.join(" or ")}`;
}

function matchText({ match }: RouteTree): string {
  return match.length === 0 ? "everything" : `{${match.join(", ")}}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).flatMap(([name, value]) => [value].flat().map((one) => `${name}=${JSON.stringify(one)}`));
  return pairs.join(" ");
}

function receiverLines({ receivers }: Routing): readonly string[] {
  const widest = Math.max(0, ...[...receivers.keys()].map((name) => name.length));
  const lines = [...receivers].map(([name, targets]) => {
    const told = targets.length === 0 ? "no target" : targets.map(({ target }) => target).join(", ");
    return `  ${name.padEnd(widest)}  ${told}`;
  });
  return ["receivers", ...lines];
}
