/** What a single value cannot tell: names that refer to nothing, routes that are never reached, settings that disagree. */
import { lintRoutes } from "./lint-routes.ts";
import { didYouMean } from "./nearest.ts";
import type { Finding } from "./problem.ts";
import type { Config } from "./schema.ts";

/** Medium buckets are 5 minutes wide, so fine ones must fit into them. */
const MEDIUM_WIDTH = 300_000;

const UNBUILT_SOURCES = ["hubble", "kafka", "files"] as const;

/** All findings of a configuration that is valid value by value. */
export function lint(config: Config): readonly Finding[] {
  return [
    ...listenFindings(config),
    ...bucketFindings(config),
    ...correlationFindings(config),
    ...duplicateFindings(config),
    ...receiverFindings(config),
    ...lintRoutes(config),
    ...inhibitFindings(config),
    ...sourceFindings(config),
    ...canaryFindings(config),
  ];
}

function canaryFindings({ monitoring, receivers }: Config): readonly Finding[] {
  const names = receivers.map(({ name }) => name);
  return (monitoring.canary?.receivers ?? []).flatMap((name, index): readonly Finding[] =>
    names.includes(name)
      ? []
      : [
          {
            severity: "error",
            path: ["monitoring", "canary", "receivers", index],
            message: `there is no receiver ${JSON.stringify(name)}`,
            suggestion: didYouMean(name, names),
          },
        ],
  );
}

/** True for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  const plain = host.toLowerCase().replace(/^::ffff:/, "");
  return plain === "localhost" || plain === "::1" || plain === "0:0:0:0:0:0:0:1" || /^127(\.\d{1,3}){3}$/.test(plain);
}

function listenFindings({ server }: Config): readonly Finding[] {
  if (server.tokens.length > 0 || isLoopback(server.listen.host)) return [];
  return [
    {
      severity: "error",
      path: ["server", "listen"],
      message: `${server.listen.host} is not a loopback address, and there are no tokens: anyone could read and write`,
      suggestion: "listen on 127.0.0.1, or add server.tokens",
    },
  ];
}

function bucketFindings({ buckets }: Config): readonly Finding[] {
  const { width, lateness, retention } = buckets;
  const findings: Finding[] = [];
  const add = (path: readonly string[], message: string, suggestion: string) =>
    findings.push({ severity: "error", path: ["buckets", ...path], message, suggestion });
  if (MEDIUM_WIDTH % width !== 0) {
    add(["width"], "5 minutes are not a whole number of buckets", "write 1s, 5s, 10s, 15s, 20s, 30s or 1m");
  }
  if (lateness + width > retention.fine) {
    add(["lateness"], "buckets would expire before they close", "raise buckets.retention.fine or lower buckets.lateness");
  }
  if (retention.medium < retention.fine) {
    add(["retention", "medium"], "shorter than the retention of fine buckets", "write at least the value of fine");
  }
  if (retention.coarse < retention.medium) {
    add(["retention", "coarse"], "shorter than the retention of medium buckets", "write at least the value of medium");
  }
  return findings;
}

function correlationFindings({ correlation }: Config): readonly Finding[] {
  if (correlation.likely_at <= correlation.asserted_at) return [];
  return [
    {
      severity: "error",
      path: ["correlation", "likely_at"],
      message: "above asserted_at: nothing would ever be called likely",
      suggestion: `write at most ${correlation.asserted_at}`,
    },
  ];
}

function duplicateFindings(config: Config): readonly Finding[] {
  const lists = [
    { path: ["receivers"], names: config.receivers.map((one) => one.name) },
    { path: ["time_intervals"], names: config.time_intervals.map((one) => one.name) },
    { path: ["server", "tokens"], names: config.server.tokens.map((one) => one.name) },
  ];
  return lists.flatMap(({ path, names }) =>
    names.flatMap((name, index): readonly Finding[] =>
      names.indexOf(name) === index
        ? []
        : [
            {
              severity: "error",
              path: [...path, index, "name"],
              message: `the name ${JSON.stringify(name)} is used twice`,
              suggestion: "give each entry its own name",
            },
          ],
    ),
  );
}

function receiverFindings({ receivers }: Config): readonly Finding[] {
  return receivers.flatMap((receiver, index): readonly Finding[] => {
    const findings: Finding[] = [];
    const { name, ...kinds } = receiver;
    if (Object.values(kinds).every((targets) => targets.length === 0)) {
      findings.push({
        severity: "warning",
        path: ["receivers", index],
        message: `receiver ${JSON.stringify(name)} has no target: its alerts are told to nobody`,
        suggestion: `add one of ${Object.keys(kinds).join(", ")}`,
      });
    }
    receiver.email.forEach((mail, at) => {
      if (mail.username !== undefined && mail.password === undefined) {
        findings.push({
          severity: "error",
          path: ["receivers", index, "email", at, "username"],
          message: "a user without a password",
          suggestion: "add password_file:",
        });
      }
    });
    return findings;
  });
}

function inhibitFindings({ inhibit_rules }: Config): readonly Finding[] {
  return inhibit_rules.flatMap((rule, index): readonly Finding[] =>
    rule.source_matchers.length > 0 && rule.target_matchers.length > 0
      ? []
      : [
          {
            severity: "error",
            path: ["inhibit_rules", index],
            message: "a rule without matchers would mute every alert",
            suggestion: "give source_matchers and target_matchers at least one matcher each",
          },
        ],
  );
}

/** What the file may say already, and this version does not do yet: never silently. */
function sourceFindings({ sources }: Config): readonly Finding[] {
  return UNBUILT_SOURCES.filter((name) => isSet(sources[name])).map((name) =>
    notBuilt(["sources", name], "send records to /v1/events and /v1/changes instead"),
  );
}

function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}

function notBuilt(path: Finding["path"], suggestion: string): Finding {
  const message = "specified but not built in this version: it is ignored";
  return { severity: "warning", path, atKey: true, message, suggestion };
}
