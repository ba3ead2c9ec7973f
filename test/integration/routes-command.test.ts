import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, describe, expect, it } from "vitest";
import { DEFAULT_LIFECYCLE_POLICY, reconcile } from "../../src/alerting/lifecycle/index.ts";
import { runProgram } from "../../src/cli/program.ts";
import { routes } from "../../src/cli/routes.ts";
import type { Alert } from "../../src/domain/alert.ts";
import { listen, shut } from "../harness/webhook-server.ts";
import { finding, T0 } from "../unit/alerting/alert-fixtures.ts";

const folder = mkdtempSync(join(tmpdir(), "tenfold-routes-"));
afterAll(() => rmSync(folder, { recursive: true }));

const CONFIG = file(
  "routes.yaml",
  `receivers:
  - {name: console, console: [{}]}
  - {name: security, console: [{}, {}]}
  - {name: duty, console: [{}]}
route:
  receiver: console
  routes:
    - {match: ['regime="pci"'], receiver: security, continue: true, repeat_interval: 1h, mute_time_intervals: [night]}
    - {match: ['severity=~"critical|error"', 'cluster="eu"'], receiver: duty}
time_intervals: [{name: night, time_intervals: [{times: [{start_time: "00:00", end_time: "06:00"}]}]}]
inhibit_rules: [{source_matchers: ['regime="hipaa"'], target_matchers: ['regime="pci"']}]
`,
);
const NOON = "2026-11-25T12:00:00Z";

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function ask(...args: readonly string[]) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const argv = ["routes", "--config", CONFIG, ...args];
  const code = await runProgram(argv, [routes], "1.2.3", { stdout, stderr, env: {}, color: false });
  return { code, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
}

interface Answer {
  readonly daemonAsked: boolean;
  readonly labels: Readonly<Record<string, unknown>>;
  readonly receivers: readonly { readonly receiver: string; readonly told: boolean; readonly reason: string }[];
}

async function reached(...args: readonly string[]) {
  const { stdout } = await ask("--format", "json", "--at", NOON, ...args);
  return (JSON.parse(stdout) as Answer).receivers.map(({ receiver, reason }) => `${receiver} ${reason}`);
}

function newAlert(): Alert {
  const [transition] = reconcile({ now: T0, records: [], findings: [finding()], policy: DEFAULT_LIFECYCLE_POLICY }).transitions;
  if (!transition) throw new Error("no alert");
  return transition.data;
}

describe("tenfold routes", () => {
  it("shows the tree, with what differs from the parent, and the targets", async () => {
    expect(await ask()).toEqual({
      code: 0,
      stderr: "",
      stdout: `root -> console  (group_wait 10s, group_interval 5m, repeat_interval 4h)
├── {regime="pci"} -> security, continue  (repeat_interval 1h, muted in night)
└── {severity=~"critical|error", cluster="eu"} -> duty

receivers
  console   console/console/0
  security  security/console/0, security/console/1
  duty      duty/console/0
`,
    });
  });

  it("shows the same as JSON", async () => {
    const { stdout } = await ask("--format", "json");
    expect(JSON.parse(stdout)).toMatchObject({
      route: {
        receiver: "console",
        repeatInterval: "4h",
        routes: [
          { receiver: "security", match: ['regime="pci"'], continue: true, repeatInterval: "1h", muteTimeIntervals: ["night"] },
          { receiver: "duty", match: ['severity=~"critical|error"', 'cluster="eu"'] },
        ],
      },
      receivers: [{ name: "console" }, { name: "security", targets: ["security/console/0", "security/console/1"] }, {}],
    });
  });

  it("says which receivers labels reach, by which route", async () => {
    expect(await reached("regime=pci")).toEqual(["security routed"]);
    expect(await reached("regime=sox", "regime=pci", "severity=error", "cluster=eu")).toEqual(["security routed", "duty routed"]);
    expect(await reached('severity="error"')).toEqual(["console routed"]);
    const { stdout } = await ask("regime=pci", "--at", NOON);
    expect(stdout).toMatch(/^security: security\/console\/0, security\/console\/1\n {2}by {8}root > \{regime="pci"\}\n/);
    expect(stdout).toContain('├── {regime="pci"} -> security, continue  (repeat_interval 1h, muted in night)  <- taken\n');
  });

  it("says which interval mutes at the time asked for", async () => {
    const { stdout } = await ask("regime=pci", "--at", "2026-11-25T03:00:00Z");
    expect(stdout).toMatch(/^security: NOT TOLD, muted-by:night\n/);
  });

  it("reads an alert, a transition or labels from a file, and lets labels by hand win", async () => {
    const alert = file("alert.json", JSON.stringify(newAlert()));
    // The invented alert is about a PCI policy in the cluster prod-eu.
    expect(await reached("--file", alert)).toEqual(["security routed"]);
    expect(await reached("--file", alert, "regime=none", "cluster=eu", "severity=critical")).toEqual(["duty routed"]);
    const transition = { type: "alert.fired", timestamp: newAlert().firedAt, reason: "first", data: newAlert() };
    expect(await reached("--file", file("transition.json", JSON.stringify(transition)))).toEqual(["security routed"]);
    expect(await reached("--file", file("labels.json", '{"regime":["sox","pci"]}'))).toEqual(["security routed"]);
  });

  it("asks the daemon for the alert, silences and what inhibits it", async () => {
    const pci = newAlert();
    const hipaa = { ...pci, id: "01HIPAA", regimes: ["hipaa"] };
    const silence = {
      id: "s1",
      matchers: [{ name: "namespace", operator: "=", value: "quiet" }],
      startsAt: "2026-11-25T11:00:00.000Z",
      endsAt: "2026-11-25T13:00:00.000Z",
      createdBy: "ada",
      comment: "known",
    };
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? "", "http://x").pathname;
      const alerts = { alerts: [pci, hipaa], cursor: null };
      const bodies: Record<string, unknown> = {
        [`/v1/alerts/${pci.id}`]: pci,
        "/v1/alerts": alerts,
        "/v1/silences": { silences: [silence] },
      };
      const body = bodies[path] ?? { code: "not_found", detail: "there is no such alert" };
      response.writeHead(path in bodies ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    await listen(server);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await reached("--alert", pci.id, "--url", url)).toEqual(["security inhibited-by:01HIPAA"]);
    expect(await reached("--alert", pci.id, "--url", url, "namespace=quiet")).toEqual(["security silenced-by:s1"]);
    expect(await reached("severity=info", "--url", url)).toEqual(["console routed"]);
    expect(await ask("--alert", "nope", "--url", url)).toMatchObject({
      code: 1,
      stderr: "error: there is no such alert (not_found)\n",
    });
    await shut(server);
    expect((await ask("--alert", pci.id, "--url", url)).stderr).toMatch(/no daemon answers at http:\/\/127.0.0.1/);
  });

  it("names what is misspelt, and refuses what is no label and no alert", async () => {
    expect((await ask("regmie=pci")).stderr).toBe('note: alerts have no label "regmie"; did you mean "regime"?\n');
    expect(await ask("pci")).toMatchObject({ code: 2, stdout: "" });
    expect(await ask("--at", "soon")).toMatchObject({ code: 2, stdout: "" });
    expect(await ask("--file", file("bad.json", "{"))).toMatchObject({ code: 2, stderr: expect.stringContaining("is not JSON") });
    expect(await ask("--file", file("half.json", '{"series":[]}'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("holds no alert"),
    });
    expect((await ask("--file", join(folder, "none.json"))).code).toBe(1);
  });
});
