// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to the environment are part of what is tested
/** No secret in any log, error, metric, page, journal, message or store: they are planted everywhere, and everything is read. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { DeliveryView } from "../../src/http/api.ts";
import { freePort } from "../harness/free-port.ts";
import { RedisServer } from "../harness/redis-server.ts";
import { startSlackServer } from "../harness/slack-server.ts";
import { startMailServer } from "../harness/smtp-server.ts";
import { type RunningTenfold, runTenfold, tenfold } from "../harness/tenfold-process.ts";
import { until } from "./installation.ts";
import { Planted, startParrot } from "./planted-secrets.ts";

const folder = mkdtempSync(join(tmpdir(), "tenfold-secrets-"));
afterAll(() => rmSync(folder, { recursive: true }));
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function later<T extends object>(thing: T, end: (thing: T) => Promise<unknown>): T {
  ends.push(() => end(thing));
  return thing;
}

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return name;
}

const planted = new Planted();
/** A secret as the name of a file that holds it. */
const inFile = (name: string, secret = planted.plant(name)) => file(`${name}.secret`, `${secret}\n`);
const signing = (name: string) =>
  planted.note(name, `whsec_${Buffer.from(`Planted ${name} 0123456789abcdef`).toString("base64")}`);

/** What is refused must be refused: on a busy machine an answer may take longer than receivers are given otherwise. */
const PATIENT = { timeout: "1m" };
const FORMATS = ["alertmanager", "pagerduty", "opsgenie", "incidentio", "rootly", "oncall"] as const;

/** Every kind of target that speaks HTTP, with a secret wherever one can be. `base` ends in a path that says what happens there. */
function targets(kind: string, base: string) {
  const { protocol, host, pathname } = new URL(base);
  const login = planted.plant(`${kind}-login`);
  const url = (format: string) =>
    `${protocol}//ada:${login}@${host}${pathname}/${planted.plant(`${kind}-${format}-path`)}?key=${planted.plant(`${kind}-${format}-query`)}`;
  planted.note(`${kind}-header`, `ada:${login}`);
  const webhook = FORMATS.map((format) => ({
    ...PATIENT,
    url_file: inFile(`${kind}-${format}-url`, url(format)),
    format,
    secret: format === "alertmanager" ? signing(`${kind}-${format}-secret`) : planted.plant(`${kind}-${format}-secret`),
  }));
  const plain = { ...PATIENT, url: url("tenfold"), secret_file: inFile(`${kind}-tenfold-secret`, signing(`${kind}-tenfold`)) };
  const am = planted.plant(`${kind}-am-login`);
  planted.note(`${kind}-am-header`, `ada:${am}`);
  const alertmanager = [
    { urls: [`${protocol}//ada:${am}@${host}${pathname}/am`] },
    { urls: [`${base}/am`], token_file: inFile(`${kind}-am-token`) },
    { urls: [`${base}/am`], username: "ada", password_file: inFile(`${kind}-am-password`) },
  ].map((one) => ({ ...PATIENT, ...one }));
  return { name: kind, webhook: [plain, ...webhook], alertmanager };
}

describe("secrets of a daemon", { timeout: 600_000 }, () => {
  it("are in nothing that is logged, answered, journalled, told or stored, whatever goes wrong", async () => {
    const seen = new Map<string, string>();
    const parrot = later(await startParrot(), (one) => one.close());
    const redisPassword = planted.plant("redis");
    const redis = later(await RedisServer.start({ settings: ["--requirepass", redisPassword] }), (one) => one.stop());
    const token = planted.plant("slack-token", "xoxb-");
    const appToken = planted.plant("slack-app", "xapp-");
    const slack = later(await startSlackServer(token, appToken), (one) => one.close());
    const mailPassword = planted.plant("mail");
    const mail = later(await startMailServer({ user: "ada", password: mailPassword }), (one) => one.close());
    const port = await freePort();
    const journal = join(folder, "audit.ndjson");
    const addresses = { ...PATIENT, from: "tenfold@alerts.example", to: ["sec@team.example"], username: "ada" };
    const kubeToken = planted.plant("kubernetes");
    const kubeconfig = {
      clusters: [{ name: "c", cluster: { server: `${parrot.url}/kube` } }],
      users: [{ name: "u", user: { token: kubeToken } }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    };
    const wrong = (kind: string) => ({
      slack: [
        {
          ...PATIENT,
          channel: "#sec",
          api_url: `${parrot.url}/slack/${kind}/`,
          token: planted.plant(`${kind}-slack`, "xoxb-"),
          app_token: planted.plant(`${kind}-app`, "xapp-"),
          signing_secret_file: inFile(`${kind}-signing`),
        },
      ],
      email: [{ ...addresses, smarthost: mail.smarthost, password: planted.plant(`${kind}-mail`), require_tls: false }],
    });
    const refused = `http://127.0.0.1:${await freePort()}`;
    const config = {
      cluster: "prod",
      log: { level: "trace" },
      audit: { path: journal },
      server: {
        listen: `127.0.0.1:${port}`,
        tokens: (["ingest", "read", "operate"] as const).map((scope) => ({
          name: scope,
          token_file: inFile(`api-${scope}`),
          scopes: scope === "operate" ? ["read", "operate"] : [scope],
        })),
      },
      store: { url: `redis://127.0.0.1:${redis.port}`, password: "${PLANTED_REDIS}" },
      sources: { kubernetes: { kubeconfig: join(folder, file("kubeconfig", JSON.stringify(kubeconfig))) } },
      monitoring: { blind: { expect: ["falco", "calico"].map((source) => ({ source, every: "1s" })) } },
      receivers: [
        {
          ...targets("good", `${parrot.url}/ok`),
          slack: [
            {
              ...PATIENT,
              channel: "#sec",
              api_url: slack.apiUrl,
              token_file: inFile("slack-token", token),
              app_token_file: inFile("slack-app", appToken),
              signing_secret: "${PLANTED_SIGNING}",
            },
          ],
          email: [{ ...addresses, smarthost: mail.smarthost, password_file: inFile("mail", mailPassword), require_tls: false }],
        },
        { ...targets("bad", `${parrot.url}/bad`), ...wrong("bad") },
        { ...targets("down", `${parrot.url}/down`), email: [{ ...addresses, smarthost: `127.0.0.1:${await freePort()}` }] },
        { ...targets("refused", `${refused}/x`) },
        // Nobody speaks TLS there.
        {
          ...targets("tls", `https://127.0.0.1:${parrot.port}/x`),
          email: wrong("tls").email.map((one) => ({ ...one, require_tls: true })),
        },
      ],
      route: {
        receiver: "good",
        group_wait: "0s",
        routes: ["good", "bad", "down", "refused", "tls"].map((receiver) => ({ receiver, continue: true })),
      },
    };
    const email = config.receivers[2] as { email: Record<string, unknown>[] };
    email.email = email.email.map((one) => ({ ...one, password: planted.plant("down-mail") }));
    const path = join(folder, file("tenfold.yaml", JSON.stringify(config)));
    const environment = {
      PLANTED_REDIS: redisPassword,
      PLANTED_SIGNING: planted.plant("signing"),
      TENFOLD_TOKEN: readFileSync(join(folder, "api-operate.secret"), "utf8").trim(),
    };
    const run = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await tenfold(args, undefined, environment);
      seen.set(args.join(" "), `${stdout}${stderr}`);
      return { code, stdout, stderr };
    };
    const bearer = (scope: string) => ({
      authorization: `Bearer ${readFileSync(join(folder, `api-${scope}.secret`), "utf8").trim()}`,
    });
    const url = `http://127.0.0.1:${port}`;
    const get = async (route: string, headers: Record<string, string> = bearer("read")) => {
      const response = await fetch(`${url}${route}`, { headers });
      const body = await response.text();
      seen.set(`GET ${route} ${response.status}`, `${JSON.stringify([...response.headers])}${body}`);
      return { status: response.status, body };
    };
    /** On a busy machine Redis may be late for once, which is a 503. */
    const done = async <T extends { readonly status: number }>(ask: () => Promise<T>, wanted: number): Promise<T> => {
      for (;;) {
        const answer = await ask();
        if (answer.status === wanted) return answer;
        expect(answer.status).toBe(503);
      }
    };
    const read = async (route: string) => JSON.parse((await done(() => get(route), 200)).body);
    const send = async (route: string, body: unknown, scope: string) => {
      const response = await fetch(`${url}${route}`, { method: "POST", headers: bearer(scope), body: JSON.stringify(body) });
      const text = await response.text();
      seen.set(`POST ${route} ${response.status}`, text);
      return { status: response.status, text };
    };

    const daemon: RunningTenfold = later(await runTenfold(path, environment), (one) => one.kill());
    const deliveries = async () => (await read("/v1/deliveries?limit=1000")).deliveries as readonly DeliveryView[];
    const tried = (of: readonly DeliveryView[], ok: (one: DeliveryView) => boolean) =>
      new Set(of.filter(ok).map(({ target }) => target)).size;
    // Seven webhooks and three Alertmanagers a receiver, two Slack apps, four mail accounts: all have been tried.
    await until(async () => tried(await deliveries(), ({ attempts }) => attempts.length > 0) >= 56);
    const [alert] = (await read("/v1/alerts")).alerts as readonly { readonly id: string }[];
    await done(() => send(`/v1/alerts/${alert?.id}/acknowledge`, { by: "ada", comment: "seen" }, "operate"), 200);
    const violation = { time: new Date().toISOString(), policy: "pci-egress", workload: "Deployment/a", namespace: "n" };
    await done(() => send("/v1/events", violation, "ingest"), 202);
    await until(async () => daemon.log().includes("kubernetes watch failed"));
    await until(async () =>
      (await deliveries()).some(({ type, state }) => type === "alert.acknowledged" && state === "delivered"),
    );
    const all = await deliveries();
    const states = (receiver: string) =>
      new Set(all.filter((one) => one.receiver === receiver && one.attempts.length > 0).map(({ state }) => state));
    expect([...states("good")]).toContain("delivered");
    expect([...states("bad")]).toEqual(["dead"]);
    expect([...states("refused")]).toEqual(["pending"]);
    expect(JSON.stringify(all.filter(({ receiver }) => receiver === "bad"))).toContain("[redacted]");

    const [series] = (await read("/v1/series?limit=1")).series as readonly { readonly id: string }[];
    const routes = ["/", "/metrics", "/healthz", "/readyz", "/v1/changes", "/v1/silences", `/v1/alerts/${alert?.id}`, "/nowhere"];
    for (const route of routes) await get(route);
    await get(`/v1/alerts/${alert?.id}/chart.svg`);
    await get(`/v1/series/${series?.id}/buckets?from=${Date.now() - 600_000}`);
    await get(`/v1/explain?series=${series?.id}&at=${Date.now()}`);
    await get("/v1/alerts", { authorization: `Bearer ${planted.plant("guessed")}` });
    for (const [, asset] of (await get("/")).body.matchAll(/(?:src|href)="(\/[\w.-]+)"/g)) await get(asset ?? "/");

    const commands = [
      ["check", "--config", path],
      ["routes", "--config", path, "severity=critical", "--format", "json"],
      ["deliveries", "--url", url, "--limit", "500"],
      ["deliveries", "--url", `http://ada:${planted.plant("cli-url")}@127.0.0.1:${port}`],
      ["deliveries", "replay", "--all", "--receiver", "bad", "--url", url],
      ...["good", "bad", "tls"].map((receiver) => ["test-receiver", receiver, "--config", path]),
    ];
    const codes: (number | null)[] = [];
    for (const args of commands) codes.push((await run(...args)).code);
    expect(codes).toEqual([0, 0, 0, 2, 0, 0, 1, 1]);

    // A bad file is refused, while running and before; what is wrong with it is said without what is in it.
    const good = readFileSync(path, "utf8");
    for (const [name, text] of Object.entries({
      cut: good.slice(0, -40),
      alias: good.replace('"${PLANTED_SIGNING}"', "*Planted-slack-token-9f3b7c"),
      unknown: good.replace('"cluster"', '"clutser"'),
      scheme: good.replace(`${parrot.url}/bad`, `ftp://ada:${redisPassword}@x`),
    })) {
      writeFileSync(path, text);
      file(`${name}.yaml`, text);
      const { status, text: said } = await send("/-/reload", {}, "operate");
      expect([name, status, said.length > 0]).toEqual([name, 400, true]);
      seen.set(`reload ${name}`, said);
    }
    for (const name of ["alias", "scheme"]) expect((await run("check", "--config", join(folder, `${name}.yaml`))).code).toBe(2);
    writeFileSync(path, good);
    const misread = good.replace("redis://", `redis://ada:${redisPassword}%zz@`);
    expect((await run("run", "--config", join(folder, file("misread.yaml", misread)))).code).toBe(2);
    const mistaken = { ...environment, PLANTED_REDIS: planted.plant("wrong-redis") };
    const { stderr, code } = await tenfold(["run", "--config", path], undefined, mistaken);
    seen.set("run with a wrong password", stderr);
    expect(code).toBe(1);

    const client = new Redis({ port: redis.port, password: redisPassword });
    for (const [key, value] of await contentsOf(client)) seen.set(`the store at ${key}`, value);
    client.disconnect();
    await redis.kill();
    await until(() => daemon.log().includes("store is not reachable"));
    await get("/readyz");
    await send("/v1/events", violation, "ingest");
    expect(await daemon.stop()).toBe(0);
    seen.set("the log", daemon.log());
    seen.set("standard output", daemon.output());
    seen.set("the journal", readFileSync(journal, "utf8"));
    // PagerDuty's key belongs into the body that it gets.
    for (const body of parrot.taken)
      seen.set(`a message ${seen.size}`, body.replaceAll("Planted-good-pagerduty-secret-9f3b7c", ""));
    for (const { raw } of mail.mails) seen.set(`a mail ${seen.size}`, raw);
    for (const call of slack.calls) seen.set(`a call of Slack ${seen.size}`, JSON.stringify({ ...call.arguments, token: "" }));

    expect(planted.size).toBeGreaterThan(100);
    expect(daemon.log()).toContain('"delivery failed"');
    expect([...seen].flatMap(([where, text]) => planted.leaks(where, text))).toEqual([]);
  });
});

/** All that a Redis holds, as text by key. */
async function contentsOf(client: Redis): Promise<readonly (readonly [string, string])[]> {
  const out: (readonly [string, string])[] = [];
  for (const key of await client.keys("*")) {
    const type = await client.type(key);
    const value =
      type === "string"
        ? await client.get(key)
        : type === "hash"
          ? await client.hgetall(key)
          : type === "zset"
            ? await client.call("zrange", key, "0", "-1")
            : type === "set"
              ? await client.smembers(key)
              : await client.xrange(key, "-", "+");
    out.push([key, JSON.stringify(value)]);
  }
  return out;
}
