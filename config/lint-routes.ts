/** Findings about routes: receivers and intervals they name, and whether they can ever be reached. */
import { didYouMean } from "./nearest.ts";
import type { Finding, PathPart } from "./problem.ts";
import type { Config } from "./schema.ts";
import type { ChildRoute } from "./sections/route.ts";

type Route = Pick<ChildRoute, "receiver" | "mute_time_intervals" | "active_time_intervals" | "routes">;

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
    const names = config.receivers.map((receiver) => receiver.name);
    used.add(route.receiver);
    if (!names.includes(route.receiver)) {
      findings.push({
        severity: "error",
        path: [...path, "receiver"],
        message: names.length === 0 ? "there are no receivers" : `there is no receiver ${JSON.stringify(route.receiver)}`,
        suggestion: names.length === 0 ? "add one to receivers" : didYouMean(route.receiver, names),
      });
    }
  }
  findings.push(...intervalFindings(route, path, config), ...unreachable(route.routes, path));
  for (const [index, child] of route.routes.entries()) {
    findings.push(...routeFindings(child, [...path, "routes", index], config, used));
  }
  return findings;
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
