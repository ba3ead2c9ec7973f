// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to the environment are what is tested
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { defaultConfig, loadConfigFile, loadConfigText } from "../../../config/load.ts";
import { formatProblem } from "../../../config/problem.ts";

const folder = mkdtempSync(join(tmpdir(), "tenfold-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

const load = (text: string, environment: Record<string, string> = {}) =>
  loadConfigText(text, join(folder, "t.yaml"), environment);

function config(text: string, environment: Record<string, string> = {}) {
  const result = load(text, environment);
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join("\n"));
  return result.config;
}

function problems(text: string, environment: Record<string, string> = {}) {
  const result = load(text, environment);
  return result.ok ? result.warnings : result.problems;
}

const SECURITY = "receivers: [{name: security, console: [{}]}]\n";

/** Where a secret stands in YAML that is not what its writer thinks. */
const BROKEN = ["*", "|", ">", "]", "}", "!", "&", "%", "@", '"', "'", "[", "{", "? ", "- ", '"a" ', '"\\U', "!<", "\n"];

describe("problems with a file", () => {
  it.each(BROKEN)("never show a secret written after %j", (sign) => {
    const secret = "hunter2Planted";
    const lines = ["receivers:", "  - name: a", `    slack: [{channel: x, token: ${sign}${secret}}]`];
    const block = ["receivers:", "  - name: a", "    webhook:", "      - url: http://x", `        secret: ${sign}${secret}`];
    for (const text of [lines.join("\n"), block.join("\n")]) {
      const said = problems(text).map(formatProblem).join("\n");
      expect(said).not.toMatch(/hunter2|Planted/);
    }
  });

  it("never show a secret that stands where the path of its file belongs", () => {
    for (const secret of ["xoxb-1-2-hunter2", "whsec_aHVudGVyMg==", "https://hooks.example/hunter2", "hunter2hunter2hunter2"]) {
      const [problem] = problems(`receivers: [{name: a, webhook: [{url_file: "${secret}"}]}]`);
      expect(problem).toMatchObject({
        path: "receivers[0].webhook[0].url_file",
        message: expect.stringContaining("looks like the secret itself"),
      });
      expect(formatProblem(problem as never)).not.toContain("hunter2");
    }
    expect(problems("store: {password_file: run/secrets/redis}")[0]?.message).toContain("run/secrets/redis does not exist");
  });
});

describe("a valid configuration", () => {
  it.each(["", "# nothing\n", "---\n", "server:\nstore:\nroute:\n", "{}", "\uFEFFcluster: default"])(
    "may be as empty as %j",
    (text) => {
      expect(config(text)).toEqual(defaultConfig());
    },
  );

  it("is the shipped file, which says the defaults", () => {
    const result = loadConfigFile(join(import.meta.dirname, "../../../config/tenfold.yaml"), {});
    expect(result).toEqual({ ok: true, config: defaultConfig(), warnings: [] });
  });

  it("has the documented defaults, in milliseconds and bytes", () => {
    const { server, store, buckets, limits, detection, correlation, route, delivery } = defaultConfig();
    expect(server.listen).toEqual({ host: "127.0.0.1", port: 8686 });
    expect(store.url).toBe("memory:");
    // 10 s, 60 s; 2 h, 2 d, 400 d.
    expect(buckets).toEqual({
      width: 10_000,
      lateness: 60_000,
      look_every: 1_000,
      retention: { fine: 7_200_000, medium: 172_800_000, coarse: 34_560_000_000 },
    });
    expect([limits.series, limits.body]).toEqual([1_000_000, 33_554_432]);
    expect([detection.false_alarms, detection.min_ratio, detection.min_events]).toEqual([{ rate: 0.001, per: "series" }, 3, 10]);
    expect([correlation.lookback, correlation.asserted_at, correlation.likely_at]).toEqual([3_600_000, 0.8, 0.5]);
    expect([route.group_wait, route.repeat_interval, delivery.horizon]).toEqual([10_000, 14_400_000, 86_400_000]);
  });

  it("takes values from the environment, with defaults and the escape", () => {
    const text = 'cluster: "${NAME:-none}-${ZONE}$${x}"\nlimits: {series: "10"}';
    expect(problems(text, { ZONE: "a" })[0]).toMatchObject({ path: "limits.series", message: "expected a number, found text" });
    expect(config('cluster: "${NAME:-none}-${ZONE}$${x}"', { ZONE: "a" }).cluster).toBe("none-a${x}");
    expect(config('cluster: "${NAME:-none}"', { NAME: "" }).cluster).toBe("none");
    expect(config("limits:\n  series: ${N}\n", { N: "12" }).limits.series).toBe(12);
  });

  it("never reads structure from the environment", () => {
    expect(config('cluster: "${X}"', { X: "a\nlog: {level: trace}" }).cluster).toBe("a\nlog: {level: trace}");
  });

  it("reads secrets from files next to it, without the final newline", () => {
    writeFileSync(join(folder, "a.token"), "s3cret\n");
    const { tokens } = config("server: {tokens: [{name: a, token_file: a.token, scopes: [ingest]}]}").server;
    expect(tokens[0]?.token).toBe("s3cret");
  });

  it("leaves the keys of a template to its target", () => {
    const template = '{url_file: nowhere, token: "{{ data.id }}"}';
    const text = `receivers: [{name: a, webhook: [{url: "https://x.example", format: template, template: ${template}}]}]`;
    expect(config(text).receivers[0]?.webhook[0]?.template).toEqual({ url_file: "nowhere", token: "{{ data.id }}" });
  });

  it("takes Alertmanager's word for the matchers of a route", () => {
    const text = `${SECURITY}route: {routes: [{receiver: security, matchers: ['a="b"'], match: ['c="d"'], group_wait: 1m}]}`;
    expect(config(text).route.routes[0]).toMatchObject({ match: ['c="d"', 'a="b"'], group_wait: 60_000, continue: false });
    expect(config(text).route.receiver).toBe("security");
  });
});

/** text, line, column, path, message, suggestion */
const MISTAKES: readonly [string, string, number, number, string, RegExp, RegExp][] = [
  ["YAML syntax", "a: [1,\nb: 2", 2, 1, "", /./, /^$/],
  ["a key twice", "cluster: a\ncluster: b", 2, 1, "", /"cluster" is given twice/, /keep one/],
  ["a tab", "server:\n\tlisten: x", 2, 1, "", /[Tt]abs/, /spaces/],
  ["a list at the top", "- a", 1, 1, "", /expected a section/, /indented/],
  ["an unknown section", "\nservr: {}", 2, 1, "servr", /unknown key/, /did you mean "server"\?/],
  ["an unknown key", "server:\n  listn: 1.2.3.4:5", 2, 3, "server.listn", /unknown key/, /"listen"/],
  [
    "an unknown key in a list",
    "route:\n  routes:\n    - recever: x",
    3,
    7,
    "route.routes[0].recever",
    /unknown key/,
    /"receiver"/,
  ],
  ["a wrong type", "limits: {series: many}", 1, 18, "limits.series", /expected a number, found text/, /^$/],
  ["text instead of a list", "regimes: pci", 1, 10, "regimes", /expected a list, found text/, /write a list/],
  ["a bad duration", "buckets:\n  lateness: soon", 2, 13, "buckets.lateness", /not a duration/, /500ms, 10s/],
  ["a duration without unit", "buckets: {width: 10}", 1, 18, "buckets.width", /expected text, found a number/, /unit/],
  ["a bad size", "limits: {body: 3 elephants}", 1, 16, "limits.body", /not a size/, /32MiB/],
  ["a bad listen address", "server: {listen: here}", 1, 18, "server.listen", /not a listen address/, /host:port/],
  ["an open address", "server: {listen: '0.0.0.0:8686'}", 1, 18, "server.listen", /not a loopback/, /tokens/],
  ["a bad matcher", "regimes:\n  - {name: a, match: ['policy=~\"(\"']}", 2, 23, "regimes[0].match[0]", /bad matcher/, /policy=~/],
  ["a bad choice", "regimes: [{preset: pcii}]", 1, 20, "regimes[0].preset", /not one of the allowed/, /"pci"/],
  ["a regime without matchers", "regimes: [{name: a}]", 1, 11, "regimes[0]", /needs match/, /add match/],
  [
    "a bad URL",
    `receivers: [{name: a, webhook: [{url: "nowhere"}]}]`,
    1,
    39,
    "receivers[0].webhook[0].url",
    /not a URL/,
    /https:\/\//,
  ],
  [
    "a template that asks for what is not there",
    `receivers: [{name: a, webhook: [{url: "https://x.example", format: template, template: {a: {b: "{{ data.sverity }}"}}}]}]`,
    1,
    96,
    "receivers[0].webhook[0].template.a.b",
    /there is no data\.sverity/,
    /did you mean "severity"/,
  ],
  [
    "a template that does not end",
    `receivers: [{name: a, webhook: [{url: "https://x.example", format: template, template: {a: ["{% if x %}"]}}]}]`,
    1,
    93,
    "receivers[0].webhook[0].template.a[0]",
    /bad template: tag \{% if x %\} not closed/,
    /liquidjs/,
  ],
  [
    "a template without quotes",
    `receivers: [{name: a, webhook: [{url: "https://x.example", format: template, template: {a: {{ data.severity }}}}]}]`,
    1,
    93,
    "",
    /a section cannot be a key/,
    /in quotes/,
  ],
  [
    "no template",
    `receivers: [{name: a, webhook: [{url: "https://x.example", format: template}]}]`,
    1,
    33,
    "receivers[0].webhook[0]",
    /template is missing/,
    /message\.headline/,
  ],
  [
    "a template for another format",
    `receivers: [{name: a, webhook: [{url: "https://x.example", template: {a: b}}]}]`,
    1,
    70,
    "receivers[0].webhook[0].template",
    /only format: template/,
    /leave it out/,
  ],
  [
    "change events for a service that has none",
    `receivers: [{name: a, webhook: [{url: "https://x.example", change_events: true}]}]`,
    1,
    75,
    "receivers[0].webhook[0].change_events",
    /only PagerDuty/,
    /format: pagerduty/,
  ],
  [
    "change events for an orchestration's key",
    "receivers: [{name: a, webhook: [{format: pagerduty, secret: R123, change_events: true}]}]",
    1,
    82,
    "receivers[0].webhook[0].change_events",
    /takes no change events/,
    /integration key of a service/,
  ],
  ["a heartbeat to nowhere", "monitoring: {heartbeat: {every: 1m}}", 1, 25, "monitoring.heartbeat", /url is missing/, /url_file/],
  [
    "a missing secret",
    "receivers: [{name: a, slack: [{channel: x}]}]",
    1,
    31,
    "receivers[0].slack[0]",
    /token is missing/,
    /token_file/,
  ],
  [
    "a missing key",
    "receivers: [{name: a, slack: [{token: x}]}]",
    1,
    31,
    "receivers[0].slack[0].channel",
    /required/,
    /add channel/,
  ],
  ["a missing variable", 'cluster: "${NOWHERE}"', 1, 10, "cluster", /NOWHERE is not set/, /\$\{NOWHERE:-default\}/],
  ["a malformed variable", 'cluster: "${a b}"', 1, 10, "cluster", /malformed/, /\$\{NAME\}/],
  ["a missing file", "store: {password_file: gone}", 1, 24, "store.password_file", /does not exist/, /relative/],
  ["a secret given twice", "store: {password: a, password_file: b}", 1, 22, "store.password_file", /both/, /only one/],
  [
    "a signing secret that is none",
    `receivers: [{name: a, webhook: [{url: "http://x", secret: "hunter2hunter2"}]}]`,
    1,
    59,
    "receivers[0].webhook[0].secret",
    /begins with whsec_/,
    /openssl rand/,
  ],
  [
    "a public address with a password",
    'server: {external_url: "https://ada:pw@tenfold.example"}',
    1,
    24,
    "server.external_url",
    /every message shows/,
    /^$/,
  ],
  ["a bad store", "store: {url: postgres://x}", 1, 14, "store.url", /not the URL of a store/, /redis:\/\//],
  [
    "an unknown receiver",
    `${SECURITY}route: {receiver: secrity}`,
    2,
    19,
    "route.receiver",
    /no receiver "secrity"/,
    /"security"/,
  ],
  [
    "an escalation to nobody",
    `${SECURITY}route: {escalate: [{after: 15m, receiver: secrity}]}`,
    2,
    43,
    "route.escalate[0].receiver",
    /no receiver "secrity"/,
    /"security"/,
  ],
  [
    "an unknown interval",
    "route: {mute_time_intervals: [nights]}",
    1,
    31,
    "route.mute_time_intervals[0]",
    /no time interval/,
    /add it/,
  ],
  [
    "a name twice",
    "receivers:\n  - {name: a, console: [{}]}\n  - {name: a, console: [{}]}",
    3,
    12,
    "receivers[1].name",
    /used twice/,
    /own name/,
  ],
  [
    "a bad time interval",
    "time_intervals: [{name: a, time_intervals: [{weekdays: [funday]}]}]",
    1,
    57,
    "time_intervals[0].time_intervals[0].weekdays[0]",
    /"funday" is not a valid/,
    /monday:friday/,
  ],
  ["a short retention", "buckets: {retention: {fine: 1h}}", 1, 29, "buckets.retention.fine", /too short: at least 2h/, /^$/],
  ["inverted retention", "buckets: {retention: {medium: 1h}}", 1, 31, "buckets.retention.medium", /shorter than/, /at least/],
  ["a width that does not divide", "buckets: {width: 7s}", 1, 18, "buckets.width", /whole number of buckets/, /10s/],
  ["inverted thresholds", "correlation: {likely_at: 0.9}", 1, 26, "correlation.likely_at", /above asserted_at/, /0\.8/],
  [
    "an unknown detector",
    "detection: {detectors: [focis]}",
    1,
    25,
    "detection.detectors[0]",
    /not one of the allowed/,
    /"focus"/,
  ],
  ["a bad budget", "detection: {false_alarms: few}", 1, 27, "detection.false_alarms", /not a budget/, /series-weeks/],
  [
    "a rule for all",
    "inhibit_rules: [{source_matchers: [], target_matchers: []}]",
    1,
    17,
    "inhibit_rules[0]",
    /every alert/,
    /at least one/,
  ],
];

describe("a mistake", () => {
  it.each(MISTAKES)("%s: place, path, message and what to write", (_name, text, line, column, path, message, suggestion) => {
    const result = load(text);
    expect(result.ok).toBe(false);
    const found = problems(text).find((problem) => problem.path === path && message.test(problem.message));
    expect(found, problems(text).map(formatProblem).join("\n")).toMatchObject({ severity: "error", line, column });
    expect(found?.suggestion ?? "").toMatch(suggestion);
    expect(found?.file).toBe(join(folder, "t.yaml"));
  });

  it("does not hide others: all are reported at once, in the order of the file", () => {
    const text = `servr: 1\nbuckets: {width: soon}\n${SECURITY}route: {receiver: nobody}\n`;
    expect(problems(text).map((problem) => [problem.line, problem.path])).toEqual([
      [1, "servr"],
      [2, "buckets.width"],
      [4, "route.receiver"],
    ]);
  });

  it("that is probably one is a warning: the file can be used", () => {
    const text = `receivers: [{name: a, console: [{}]}, {name: b, console: [{}]}]
route: {receiver: a, routes: [{receiver: a}, {match: ['x="y"']}]}
sources: {hubble: {address: "relay:4245"}}`;
    expect(load(text).ok).toBe(true);
    expect(problems(text).map(({ severity, path }) => [severity, path])).toEqual([
      ["warning", "receivers[1]"],
      ["warning", "route.routes[1]"],
      ["warning", "sources.hubble"],
    ]);
  });

  it("about a kubeconfig that is not there is a warning", () => {
    const text = (file: string) => `sources: {kubernetes: {kubeconfig: ${file}}}`;
    expect(load(text("/nowhere/at/all")).ok).toBe(true);
    expect(problems(text("/nowhere/at/all"))).toMatchObject([
      { severity: "warning", line: 1, column: 36, path: "sources.kubernetes.kubeconfig" },
    ]);
    expect(problems(text("/nowhere/at/all"))[0]?.message).toMatch(/^the file \/nowhere\/at\/all does not exist/);
    writeFileSync(join(folder, "kubeconfig"), "");
    expect(problems(text(join(folder, "kubeconfig")))).toEqual([]);
  });

  it("in a file that does not exist is a problem too", () => {
    expect(loadConfigFile(join(folder, "none.yaml"), {})).toMatchObject({ ok: false, problems: [{ line: 1 }] });
  });

  it("never repeats a secret", () => {
    const text =
      'store: {url: "postgres://u:hunter2@h"}\nreceivers: [{name: a, webhook: [{url: "hunter2"}], slack: [{token: hunter2, chanel: x}]}]';
    expect(JSON.stringify(problems(text))).not.toContain("hunter2");
  });

  it("of any kind never throws", () => {
    const keys = fc.constantFrom(
      "server",
      "listen",
      "receivers",
      "route",
      "routes",
      "match",
      "name",
      "regimes",
      "url",
      "__proto__",
      "a",
    );
    const scalars = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant("${X"), fc.constant("*a"));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        scalars,
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(keys, tie("tree"), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => void load(JSON.stringify(value))),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.string(), (text) => void load(text)),
      { numRuns: 300 },
    );
  });
});
