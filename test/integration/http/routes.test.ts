import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { AlertQuery, BucketQuery, OperatorAction, SilenceInput } from "../../../src/http/api.ts";
import { problem, startServer } from "./test-server.ts";

const webRoot = mkdtempSync(join(tmpdir(), "tenfold-page-"));
writeFileSync(join(webRoot, "index.html"), "<!doctype html><title>Tenfold</title>");
writeFileSync(join(webRoot, "app.js"), "export {};");
writeFileSync(join(webRoot, "server.ts"), "secret");
afterAll(() => rmSync(webRoot, { recursive: true }));

const DIGEST = `sha256:${"ab".repeat(32)}`;
const json = (body: unknown) => ({ method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });

describe("alerts", () => {
  it("hands filters on as they were meant", async () => {
    const seen: AlertQuery[] = [];
    const { url } = await startServer(
      {},
      {
        listAlerts: async (query) => {
          seen.push(query);
          return { items: [], cursor: "next" };
        },
      },
    );
    const query = `state=firing,resolved&state=mitigated&severity=critical&regime=pci&policy=p&workload=Deployment%2Fapi&digest=${"AB".repeat(32)}&limit=7&cursor=abc`;
    const response = await fetch(`${url}/v1/alerts?${query}`);
    expect(await response.json()).toEqual({ alerts: [], cursor: "next" });
    expect(seen).toEqual([
      {
        state: ["firing", "resolved", "mitigated"],
        severity: ["critical"],
        regime: "pci",
        policy: "p",
        workload: "Deployment/api",
        digest: DIGEST,
        limit: 7,
        cursor: "abc",
      },
    ]);
    await fetch(`${url}/v1/alerts`);
    expect(seen[1]).toEqual({ state: [], severity: [], limit: 100 });
  });

  it.each([
    ["state", "state=burning"],
    ["severity", "severity=1"],
    ["limit", "limit=0"],
    ["limit", "limit=1001"],
    ["limit", "limit=ten"],
    ["digest", "digest=latest"],
    ["cursor", "cursor=%00"],
    ["policy", "policy=a&policy=b"],
    ["polcy", "polcy=x"],
    ["workload", `workload=${"x".repeat(513)}`],
  ])("names the wrong parameter %s", async (parameter, query) => {
    const { url } = await startServer({}, { listAlerts: async () => ({ items: [] }) });
    const response = await fetch(`${url}/v1/alerts?${query}`);
    expect(response.status).toBe(400);
    const body = await problem(response);
    expect(body).toMatchObject({ code: "invalid_request", parameter, status: 400, instance: "/v1/alerts" });
    expect(body.detail).toContain(parameter);
  });

  it("never fails on any query", async () => {
    const { url, errors } = await startServer({}, { listAlerts: async () => ({ items: [] }) });
    const names = fc.constantFrom(
      "state",
      "severity",
      "limit",
      "digest",
      "cursor",
      "policy",
      "__proto__",
      "constructor",
      "toString",
    );
    const pairs = fc.array(fc.tuple(fc.oneof(names, fc.string()), fc.string()), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(pairs, async (query) => {
        const response = await fetch(`${url}/v1/alerts?${new URLSearchParams(query)}`);
        await response.arrayBuffer();
        expect([200, 400]).toContain(response.status);
      }),
      { numRuns: 150 },
    );
    expect(errors).toEqual([]);
  });

  it("tells who acknowledged, until when, and that an alert does not exist", async () => {
    const seen: OperatorAction[] = [];
    const { url } = await startServer(
      {},
      {
        acknowledgeAlert: async (_id, action) => {
          seen.push(action);
          return undefined;
        },
      },
    );
    const body = { by: "ada", comment: "looking", until: "2026-11-23T10:00:00Z" };
    const response = await fetch(`${url}/v1/alerts/01ABC/acknowledge`, json(body));
    expect(response.status).toBe(404);
    expect((await problem(response)).detail).toContain("01ABC");
    // 2026-11-23T10:00:00Z in milliseconds since 1970.
    expect(seen).toEqual([{ by: "ada", comment: "looking", until: 1_795_428_000_000 }]);
    for (const [parameter, wrong] of [
      ["by", {}],
      ["by", { by: 1 }],
      ["until", { by: "a", until: "soon" }],
    ] as const) {
      const refused = await fetch(`${url}/v1/alerts/x/acknowledge`, json(wrong));
      expect(await problem(refused)).toMatchObject({ status: 400, code: "invalid_request", parameter });
    }
    const broken = await fetch(`${url}/v1/alerts/x/acknowledge`, { method: "POST", body: "{" });
    expect(await problem(broken)).toMatchObject({ status: 400, code: "invalid_json" });
  });

  it("wants an end and a comment for a silence", async () => {
    const { url } = await startServer({}, { silenceAlert: async () => ({ id: "s" }) });
    const silence = (body: unknown) => fetch(`${url}/v1/alerts/x/silence`, json(body));
    expect(await problem(await silence({ by: "a", comment: "c" }))).toMatchObject({ parameter: "until" });
    expect(await problem(await silence({ by: "a", until: "2030-01-01T00:00:00Z" }))).toMatchObject({ parameter: "comment" });
    expect((await silence({ by: "a", comment: "c", until: "2030-01-01T00:00:00Z" })).status).toBe(200);
  });
});

describe("silences", () => {
  it("names the token that was shown beside the author who was given", async () => {
    const seen: unknown[] = [];
    const tokens = [{ name: "sec-team", token: "t".repeat(32), scopes: ["operate" as const], cluster: undefined }];
    const { url } = await startServer(
      { tokens },
      {
        createSilence: async ({ createdBy, token }) => {
          seen.push({ createdBy, token });
          return { id: "s1" };
        },
        deleteSilence: async (_id, operator) => seen.push(operator) > 0,
        acknowledgeAlert: async (_id, { by, token }) => {
          seen.push({ by, token });
          return undefined;
        },
      },
    );
    const headers = { authorization: `Bearer ${"t".repeat(32)}` };
    const silence = { matchers: ['policy="x"'], createdBy: "ada", comment: "c", endsAt: "2030-01-02T00:00:00Z" };
    const post = (body: unknown) => ({ method: "POST", headers, body: JSON.stringify(body) });
    expect((await fetch(`${url}/v1/silences`, post(silence))).status).toBe(201);
    expect((await fetch(`${url}/v1/silences/s1`, { method: "DELETE", headers })).status).toBe(204);
    await fetch(`${url}/v1/alerts/a1/acknowledge`, post({ by: "bob" }));
    expect(seen).toEqual([
      { createdBy: "ada", token: "sec-team" },
      { by: "sec-team", token: "sec-team" },
      { by: "bob", token: "sec-team" },
    ]);
  });

  it("takes Alertmanager's matchers and texts", async () => {
    const seen: SilenceInput[] = [];
    const { url } = await startServer(
      {},
      {
        createSilence: async (input) => {
          seen.push(input);
          return { id: "s1" };
        },
        deleteSilence: async (id, operator) => {
          expect(operator).toEqual({ by: "unknown" });
          return id === "s1";
        },
        listSilences: async () => [],
      },
    );
    const matchers = [{ name: "policy", value: "pci-.*", isRegex: true }, 'team!="dev"'];
    const body = {
      matchers,
      createdBy: "ada",
      comment: "window",
      startsAt: "2030-01-01T00:00:00Z",
      endsAt: "2030-01-02T00:00:00Z",
    };
    const response = await fetch(`${url}/v1/silences`, json(body));
    expect(response.status).toBe(201);
    expect(seen[0]?.matchers).toEqual([
      { name: "policy", value: "pci-.*", isRegex: true, isEqual: true },
      { name: "team", value: "dev", isRegex: false, isEqual: false },
    ]);
    expect((await fetch(`${url}/v1/silences/s1`, { method: "DELETE" })).status).toBe(204);
    expect((await fetch(`${url}/v1/silences/s2`, { method: "DELETE" })).status).toBe(404);
    expect(await (await fetch(`${url}/v1/silences`)).json()).toEqual({ silences: [] });
  });

  const complete = { matchers: ['a="b"'], createdBy: "ada", comment: "why", endsAt: "2030-01-02T00:00:00Z" };
  it.each([
    ["matchers", { ...complete, matchers: [] }],
    ["matchers", { ...complete, matchers: ['a!="b"'] }],
    ["matchers", { ...complete, matchers: ['cluster=~".+"'] }],
    ["force", { ...complete, force: "yes" }],
    ["matchers[0]", { ...complete, matchers: ['a=~"("'] }],
    ["matchers[0]", { ...complete, matchers: [{ name: "a" }] }],
    ["createdBy", { ...complete, createdBy: "" }],
    ["comment", { ...complete, comment: undefined }],
    ["endsAt", { ...complete, endsAt: undefined }],
    ["endsAt", { ...complete, startsAt: "2030-01-03T00:00:00Z" }],
  ])("names what is wrong: %s", async (parameter, body) => {
    const { url } = await startServer({}, { createSilence: async () => ({}) });
    expect(await problem(await fetch(`${url}/v1/silences`, json(body)))).toMatchObject({ status: 400, parameter });
  });

  it("silences everything when told so twice", async () => {
    const { url } = await startServer({}, { createSilence: async ({ force }) => ({ force }) });
    const response = await fetch(`${url}/v1/silences`, json({ ...complete, matchers: ['cluster=~".+"'], force: true }));
    expect([response.status, await response.json()]).toEqual([201, { force: true }]);
  });
});

describe("series, changes and explain", () => {
  it("reads ranges and steps", async () => {
    const seen: BucketQuery[] = [];
    const { url } = await startServer(
      {},
      {
        readBuckets: async (_id, query) => {
          seen.push(query);
          return {};
        },
      },
    );
    await fetch(`${url}/v1/series/abc/buckets?from=1000&to=2030-01-01T00:00:00Z&step=2h`);
    // 1000 is seconds; 2030-01-01 is 1893456000 s; 2 h are 7200000 ms.
    expect(seen).toEqual([]);
    await fetch(`${url}/v1/series/abc/buckets?from=1893452400&to=2030-01-01T00:00:00Z&step=30`);
    expect(seen).toEqual([{ from: 1_893_452_400_000, to: 1_893_456_000_000, step: 30_000 }]);
    const many = await fetch(`${url}/v1/series/abc/buckets?from=1000&to=2030-01-01T00:00:00Z&step=2h`);
    expect(await problem(many)).toMatchObject({ status: 400, parameter: "step" });
    const inverted = await fetch(`${url}/v1/series/abc/buckets?from=20&to=10`);
    expect(await problem(inverted)).toMatchObject({ status: 400, parameter: "to" });
  });

  it("wants a series and a time to explain", async () => {
    const { url } = await startServer({}, { explain: async (series, at) => ({ series, at }) });
    expect(await (await fetch(`${url}/v1/explain?series=abc&at=1893456000`)).json()).toEqual({
      series: "abc",
      at: 1_893_456_000_000,
    });
    expect(await problem(await fetch(`${url}/v1/explain?at=1`))).toMatchObject({ parameter: "series" });
    expect(await problem(await fetch(`${url}/v1/explain?series=a`))).toMatchObject({ parameter: "at" });
    expect(await problem(await fetch(`${url}/v1/explain?series=a&at=noon`))).toMatchObject({ parameter: "at" });
  });

  it("filters changes by kind", async () => {
    const { url } = await startServer({}, { listChanges: async (query) => ({ items: [{ ...query }] }) });
    const body = (await (await fetch(`${url}/v1/changes?kind=rollout&from=1893456000`)).json()) as { changes: unknown[] };
    expect(body.changes).toEqual([{ kind: ["rollout"], limit: 100, from: 1_893_456_000_000 }]);
    expect(await problem(await fetch(`${url}/v1/changes?kind=magic`))).toMatchObject({ parameter: "kind" });
  });
});

describe("what is not there", () => {
  it.each([
    ["GET", "/v1/alerts"],
    ["GET", "/v1/alerts/x"],
    ["POST", "/v1/logs"],
    ["GET", "/v1/series"],
    ["GET", "/v1/series/x/buckets"],
    ["GET", "/v1/changes"],
    ["GET", "/v1/explain?series=x&at=1"],
    ["GET", "/v1/silences"],
    ["DELETE", "/v1/silences/x"],
    ["POST", "/-/reload"],
    ["GET", "/"],
  ])("%s %s says that it is not built", async (method, path) => {
    const { url } = await startServer();
    const response = await fetch(`${url}${path}`, { method });
    expect(response.status).toBe(501);
    expect(await problem(response)).toMatchObject({ code: "not_built" });
  });

  it("answers 404 and 405 with a problem document, the latter with Allow", async () => {
    const { url } = await startServer();
    const missing = await fetch(`${url}/v2/alerts`);
    expect([missing.status, (await problem(missing)).code]).toEqual([404, "not_found"]);
    const wrong = await fetch(`${url}/v1/events`, { method: "PUT", body: "x" });
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST"]);
    const both = await fetch(`${url}/v1/changes`, { method: "DELETE" });
    expect([both.status, both.headers.get("allow")]).toEqual([405, "POST, GET, HEAD"]);
    expect((await fetch(`${url}/%ff%`)).status).toBe(400);
  });
});

describe("system routes", () => {
  it("tells metrics, health and readiness", async () => {
    const checks = [{ name: "store", ok: false, detail: "no answer" }];
    const { url } = await startServer({}, { ready: async () => ({ ready: false, checks }) });
    expect(await (await fetch(`${url}/metrics`)).text()).toBe("tenfold_up 1\n");
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: "not ready", checks }]);
  });

  it("tells the observer route patterns, never paths", async () => {
    const routes: string[] = [];
    const { url } = await startServer({ observe: ({ route, status }) => routes.push(`${route} ${status}`) });
    await (await fetch(`${url}/v1/alerts/some-id`)).text();
    await (await fetch(`${url}/nothing-here`)).text();
    await expect.poll(() => routes).toEqual(["/v1/alerts/:id 501", "unknown 404"]);
  });
});

describe("the page", () => {
  it("serves its files with a strict policy and entity tags, and nothing else", async () => {
    const { url, port } = await startServer({ webRoot });
    const page = await fetch(`${url}/`);
    expect(await page.text()).toContain("<title>Tenfold");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(page.headers.get("x-content-type-options")).toBe("nosniff");
    const etag = page.headers.get("etag") ?? "";
    const again = await fetch(`${url}/`, { headers: { "if-none-match": etag } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    expect((await fetch(`${url}/app.js`)).headers.get("content-type")).toContain("text/javascript");
    expect((await fetch(`${url}/server.ts`)).status).toBe(404);
    // fetch would normalise the path before it is sent.
    const status = await new Promise((resolve) => {
      request({ port, host: "127.0.0.1", path: "/../../etc/passwd" }, (response) => resolve(response.statusCode)).end();
    });
    expect(status).toBe(404);
  });
});
