import { describe, expect, it } from "vitest";
import { alertLabels } from "../../../src/alerting/labels.ts";
import { DEFAULT_LIFECYCLE_POLICY, reconcile } from "../../../src/alerting/lifecycle/index.ts";
import { parseMatchers } from "../../../src/alerting/matcher-syntax.ts";
import { compileInhibitRules, inhibitedBy } from "../../../src/alerting/routing/inhibition.ts";
import { compileRoutes, groupOf, type RouteConfig, route } from "../../../src/alerting/routing/route-tree.ts";
import {
  addSilence,
  compileSilences,
  createSilence,
  expireSilence,
  isEnding,
  readSilences,
  silenceAlert,
  silenceState,
  writeSilences,
} from "../../../src/alerting/routing/silences.ts";
import { contains, type IntervalSpec } from "../../../src/alerting/routing/time-intervals.ts";
import { finding, imageCause, MINUTE, suspect, T0 } from "./alert-fixtures.ts";

const labels = { regime: ["pci", "sox"], policy: ["pci-egress"], cluster: "eu", severity: "critical" };
const receivers = (tree: RouteConfig) => route(labels, compileRoutes(tree)).map((one) => one.receiver);

describe("routes", () => {
  it("takes the deepest match, the first sibling, and the root when none matches", () => {
    expect(receivers({ receiver: "root" })).toEqual(["root"]);
    expect(receivers({ receiver: "root", routes: [{ receiver: "a", match: ['regime="hipaa"'] }] })).toEqual(["root"]);
    const nested = { receiver: "pci", match: ['regime="pci"'], routes: [{ receiver: "eu", match: ['cluster="eu"'] }] };
    expect(receivers({ receiver: "root", routes: [nested, { receiver: "never" }] })).toEqual(["eu"]);
  });

  it("goes on after a match with continue, and tells a receiver once", () => {
    const routes = [
      { receiver: "a", match: ['regime="pci"'], continue: true },
      { receiver: "b", match: ['regime="sox"'], continue: true },
      { receiver: "a", match: ['severity="critical"'] },
      { receiver: "c" },
    ];
    expect(receivers({ receiver: "root", routes })).toEqual(["a", "b"]);
  });

  it("inherits intervals of time, but not time intervals", () => {
    const tree = compileRoutes({
      receiver: "root",
      repeat_interval: 1000,
      group_by: ["regime", "cluster"],
      mute_time_intervals: ["night"],
      routes: [{ group_wait: 5 }],
    });
    const [settings] = route(labels, tree);
    expect(settings).toMatchObject({
      receiver: "root",
      repeatInterval: 1000,
      groupWait: 5,
      groupInterval: 300_000,
      muteTimeIntervals: [],
    });
    if (!settings) throw new Error("no route");
    expect(groupOf(labels, settings).labels).toEqual({ regime: "pci,sox", cluster: "eu" });
  });
});

describe("time intervals", () => {
  const holds = (spec: IntervalSpec, time: string) => contains({ name: "x", time_intervals: [spec] }, Date.parse(time));

  // 2026-11-23 is a Monday; Berlin is at UTC+1 in winter and UTC+2 in summer.
  it.each<[IntervalSpec, string, boolean]>([
    [{}, "2026-11-23T10:00:00Z", true],
    [{ times: [{ start_time: "09:00", end_time: "17:00" }] }, "2026-11-23T09:00:00Z", true],
    [{ times: [{ start_time: "09:00", end_time: "17:00" }] }, "2026-11-23T17:00:00Z", false],
    [{ times: [{ start_time: "22:00", end_time: "24:00" }] }, "2026-11-23T23:59:59Z", true],
    [{ weekdays: ["monday:friday"] }, "2026-11-23T10:00:00Z", true],
    [{ weekdays: ["saturday", "sunday"] }, "2026-11-23T10:00:00Z", false],
    [{ weekdays: ["tuesday"], location: "Pacific/Auckland" }, "2026-11-23T12:00:00Z", true],
    [{ days_of_month: ["-1"] }, "2026-11-30T10:00:00Z", true],
    [{ days_of_month: ["-3:-1"] }, "2026-11-27T10:00:00Z", false],
    [{ days_of_month: ["1:5"] }, "2026-11-05T10:00:00Z", true],
    [{ months: ["november:december"] }, "2026-11-23T10:00:00Z", true],
    [{ months: ["1:3"] }, "2026-11-23T10:00:00Z", false],
    [{ years: ["2027:2028"] }, "2026-11-23T10:00:00Z", false],
    [{ times: [{ start_time: "00:00", end_time: "01:00" }], location: "Europe/Berlin" }, "2026-11-23T23:30:00Z", true],
    [{ times: [{ start_time: "00:00", end_time: "01:00" }], location: "Europe/Berlin" }, "2026-07-01T22:30:00Z", true],
    [{ weekdays: ["monday"], times: [{ start_time: "12:00", end_time: "13:00" }] }, "2026-11-23T10:00:00Z", false],
  ])("%j at %s: %s", (spec, time, expected) => expect(holds(spec, time)).toBe(expected));
});

describe("inhibition", () => {
  const policy = { ...DEFAULT_LIFECYCLE_POLICY, regimes: new Map([["pci", "critical" as const]]) };
  const cause = imageCause({ suspects: [suspect({ workload: "Deployment/ledger" })] });
  const findings = [finding(), finding({ ratio: 3.2 }, { workload: "Deployment/ledger", regimes: [] }, cause)];
  const alerts = reconcile({ now: T0, records: [], findings, policy }).transitions.map((one) => one.data);
  const loud = alerts.find((one) => one.severity === "critical");
  const quiet = alerts.find((one) => one.severity === "warning");
  if (!loud || !quiet) throw new Error("two alerts were expected");
  const rules = (equal: readonly string[], target = ['severity="warning"']) =>
    compileInhibitRules([{ source_matchers: ['severity="critical"'], target_matchers: target, equal }]);

  it("mutes by a live alert that shares the labels", () => {
    expect(inhibitedBy(quiet, alertLabels(quiet), [loud, quiet], rules(["cluster", "namespace"]))).toBe(loud.id);
    expect(inhibitedBy(quiet, alertLabels(quiet), [loud, quiet], rules(["workload"]))).toBeUndefined();
    const over = { ...loud, state: "resolved" as const };
    expect(inhibitedBy(quiet, alertLabels(quiet), [over, quiet], rules(["cluster"]))).toBeUndefined();
  });

  it("never mutes the source, nor two alerts by each other", () => {
    expect(inhibitedBy(loud, alertLabels(loud), [loud, quiet], rules([]))).toBeUndefined();
    const twin = { ...loud, id: "twin" };
    expect(inhibitedBy(loud, alertLabels(loud), [loud, twin], rules([], ['severity=~".*"']))).toBeUndefined();
  });
});

describe("silences", () => {
  const request = {
    matchers: parseMatchers('policy="pci-egress"'),
    endsAt: T0 + 60 * MINUTE,
    createdBy: "ada",
    comment: "maintenance",
  };
  const made = createSilence(request, T0);
  if (!made.ok) throw new Error(made.reason);
  const { silence } = made;

  it("mutes from its start to its end, and says which", () => {
    const later = createSilence({ ...request, startsAt: T0 + MINUTE }, T0);
    const silencedBy = compileSilences(later.ok ? [later.silence] : []);
    expect(silencedBy(labels, T0)).toBeUndefined();
    expect(silencedBy(labels, T0 + MINUTE)?.id).toBe(later.ok ? later.silence.id : "");
    expect(silencedBy({ policy: "other" }, T0 + MINUTE)).toBeUndefined();
    expect(silencedBy(labels, T0 + 60 * MINUTE)).toBeUndefined();
  });

  it.each([
    [{ matchers: [] }, "no-matchers"],
    [{ matchers: parseMatchers('policy=~".*", team!="x"') }, "matches-everything"],
    [{ matchers: parseMatchers('cluster=~".+"') }, "matches-everything"],
    [{ matchers: parseMatchers('kind="violation"') }, "matches-everything"],
    [{ matchers: parseMatchers('kind=~".+", alertname!~"Tenfold.*"') }, "matches-everything"],
    [{ matchers: parseMatchers('severity=~"critical|error|warning|info", namespace!=""') }, "matches-everything"],
    [{ endsAt: T0 }, "ends-in-the-past"],
    [{ startsAt: T0 + 120 * MINUTE }, "ends-before-it-starts"],
    [{ createdBy: " " }, "no-author"],
    [{ comment: "" }, "no-comment"],
  ])("refuses %j: %s", (over, reason) => {
    expect(createSilence({ ...request, ...over }, T0)).toEqual({ ok: false, reason });
  });

  it.each([
    'severity="critical"',
    'policy=~"pci-.*"',
    'cluster=~".+", namespace="a"',
    'regime=~".+"',
    'kind="blind"',
    'kind="storm", alertname=~"Tenfold.*"',
    'alertname="TenfoldSourceQuiet"',
    'kind="violation", namespace="a"',
    'state!="acknowledged", policy="x"',
  ])("takes %s, which is not everything", (text) =>
    expect(createSilence({ ...request, matchers: parseMatchers(text) }, T0).ok).toBe(true),
  );

  it("silences everything only by force, and nothing without matchers", () => {
    const everything = { ...request, matchers: parseMatchers('cluster=~".+"'), force: true };
    expect(createSilence(everything, T0).ok).toBe(true);
    expect(createSilence({ ...everything, matchers: [] }, T0)).toEqual({ ok: false, reason: "no-matchers" });
  });

  it("names the silence that lasts longest, and when it ends soon", () => {
    const longer = createSilence({ ...request, endsAt: T0 + 90 * MINUTE }, T0);
    const both = compileSilences(longer.ok ? [silence, longer.silence] : []);
    expect(both(labels, T0)?.endsAt).toBe(new Date(T0 + 90 * MINUTE).toISOString());
    expect([44, 45].map((minute) => isEnding(silence, T0 + minute * MINUTE, 15 * MINUTE))).toEqual([false, true]);
    // A short one: not before its second half. And never without a lead.
    expect([29, 30].map((minute) => isEnding(silence, T0 + minute * MINUTE, 50 * MINUTE))).toEqual([false, true]);
    expect(isEnding(silence, T0 + 59 * MINUTE, 0)).toBe(false);
  });

  it("is stored as text, added once, and ended by hand", () => {
    expect(readSilences(undefined)).toEqual([]);
    const list = addSilence(addSilence([], silence, T0), silence, T0);
    expect(readSilences(writeSilences(list))).toEqual([silence]);
    const ended = expireSilence(list, silence.id, T0 + MINUTE);
    expect(ended?.map((one) => silenceState(one, T0 + MINUTE))).toEqual(["expired"]);
    expect(expireSilence(ended ?? [], silence.id, T0 + MINUTE)).toBeUndefined();
    expect(addSilence(list, { ...silence, id: "new" }, T0 + 7 * 24 * 60 * MINUTE)).toHaveLength(1);
  });

  it("mutes one alert by its id", () => {
    const alert = reconcile({ now: T0, records: [], findings: [finding()], policy: DEFAULT_LIFECYCLE_POLICY }).transitions[0]
      ?.data;
    if (!alert) throw new Error("no alert");
    const result = silenceAlert(alert, "ada", "known", T0 + MINUTE, T0);
    expect(compileSilences(result.ok ? [result.silence] : [])(alertLabels(alert), T0)?.id).toBe(
      result.ok ? result.silence.id : "",
    );
  });
});
