/** Findings about routes: receivers and intervals they name, and whether they can ever be reached. */
import { didYouMean } from "./nearest.ts";
import type { Finding, PathPart } from "./problem.ts";
import type { Config } from "./schema.ts";
import type { ChildRoute } from "./sections/route.ts";

type Route = Pick<ChildRoute, "receiver" | "escalate" | "mute_time_intervals" | "active_time_intervals" | "routes">;

export function lintRoutes(config: Config): readonly Finding[] {
  const used = new Set<string>();
  const findings = routeFindings(config.route, ["route"], config, used);
  const unused = config.receivers.flatMap((receiver, index): readonly Finding[] =>
    used.has(receiver.name)
      ? []
      : [
          {
            severity: "warning",
            path: ["receivers", index],
            message: `receiver ${JSON.stringify(receiver.name)} is never used`,
            suggestion: "name it in route.receiver or in a route, or remove it",
          },
        ],
  );
  return [...findings, ...unused];
}

function routeFindings(route: Route, path: readonly PathPart[], config: Config, used: Set<string>): readonly Finding[] {
  const findings: Finding[] = [];
  if (route.receiver !== undefined) {
    used.add(route.receiver);
    findings.push(...unknownReceiver(route.receiver, [...path, "receiver"], config));
  }
  for (const [index, { receiver }] of (route.escalate ?? []).entries()) {
    const at = [...path, "escalate", index, "receiver"];
    used.add(receiver);
    findings.push(...unknownReceiver(receiver, at, config));
    if (receiver !== route.receiver) continue;
    findings.push({
      severity: "warning",
      path: at,
      message: `the receiver of the route itself: it has been told, so nothing escalates to ${JSON.stringify(receiver)}`,
      suggestion: "name another receiver",
    });
  }
  findings.push(...intervalFindings(route, path, config), ...unreachable(route.routes, path));
  for (const [index, child] of route.routes.entries()) {
    findings.push(...routeFindings(child, [...path, "routes", index], config, used));
  }
  return findings;
}

function unknownReceiver(receiver: string, path: readonly PathPart[], config: Config): readonly Finding[] {
  const names = config.receivers.map((one) => one.name);
  if (names.includes(receiver)) return [];
  return [
    {
      severity: "error",
      path,
      message: names.length === 0 ? "there are no receivers" : `there is no receiver ${JSON.stringify(receiver)}`,
      suggestion: names.length === 0 ? "add one to receivers" : didYouMean(receiver, names),
    },
  ];
}

function intervalFindings(route: Route, path: readonly PathPart[], config: Config): readonly Finding[] {
  const names = config.time_intervals.map((interval) => interval.name);
  return (["mute_time_intervals", "active_time_intervals"] as const).flatMap((key) =>
    route[key].flatMap((name, index): readonly Finding[] =>
      names.includes(name)
        ? []
        : [
            {
              severity: "error",
              path: [...path, key, index],
              message: `there is no time interval ${JSON.stringify(name)}`,
              suggestion: names.length === 0 ? "add it to time_intervals" : didYouMean(name, names),
            },
          ],
    ),
  );
}

/** A route is never reached when an earlier sibling takes everything it would: no matchers, or a part of its own. */
function unreachable(routes: readonly ChildRoute[], path: readonly PathPart[]): readonly Finding[] {
  return routes.flatMap((route, index): readonly Finding[] => {
    const before = routes
      .slice(0, index)
      .findIndex((other) => !other.continue && other.match.every((one) => route.match.includes(one)));
    if (before < 0) return [];
    return [
      {
        severity: "warning",
        path: [...path, "routes", index],
        message: `this route is never reached: route ${before + 1} before it takes everything it would take`,
        suggestion: "move it up, or set continue: true on the earlier one",
      },
    ];
  });
}
