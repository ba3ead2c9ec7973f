import { createHmac } from "node:crypto";
import { request } from "node:http";
import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { createHttpServer } from "../../../src/http/server.ts";
import { problem, startServer } from "./test-server.ts";

const TOKENS = [
  { name: "falco", token: "ingest-token", scopes: ["ingest"], cluster: "prod-eu" },
  { name: "viewer", token: "read-token", scopes: ["read"] },
  { name: "ada", token: "operate-token", scopes: ["read", "operate"] },
] as const;
const RECORD = '{"policy":"p"}';
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** fetch refuses to set Host and Origin as these tests need them. */
function raw(port: number, path: string, headers: Record<string, string>, method = "GET"): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, headers, method }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on("error", reject);
    sent.end();
  });
}

const hmac = (token: string, body: string, algorithm = "sha256") =>
  `${algorithm}=${createHmac(algorithm, token).update(body).digest("hex")}`;

describe("signed bodies", () => {
  const post = (url: string, headers: Record<string, string>, path = "/v1/changes", body = RECORD) =>
    fetch(`${url}${path}`, { method: "POST", body, headers });

  it.each([
    ["GitHub", { "x-hub-signature-256": hmac("ingest-token", RECORD), "x-hub-signature": "sha1=00" }],
    ["Flux", { "x-signature": hmac("ingest-token", RECORD) }],
    ["Flux with SHA-512", { "x-signature": hmac("ingest-token", RECORD, "sha512") }],
  ])("are let in as those of the token that signed them: %s", async (_sender, headers) => {
    const { url, ingested } = await startServer({ tokens: TOKENS });
    expect((await post(url, headers)).status).toBe(202);
    expect(ingested).toEqual([expect.objectContaining({ cluster: "prod-eu" })]);
  });

  it.each([
    ["another body", { "x-hub-signature-256": hmac("ingest-token", '{"policy":"q"}') }],
    ["a secret nobody has", { "x-hub-signature-256": hmac("ingest-toke", RECORD) }],
    ["a token that may not ingest", { "x-hub-signature-256": hmac("operate-token", RECORD) }],
    ["SHA-1", { "x-signature": hmac("ingest-token", RECORD, "sha1") }],
    ["a digest of the wrong length", { "x-signature": hmac("ingest-token", RECORD).slice(0, -2) }],
    ["half a digest", { "x-signature": hmac("ingest-token", RECORD, "sha512").slice(0, 7 + 64) }],
    ["nothing", { "x-hub-signature-256": "" }],
    ["a wrong bearer token beside the signature", { authorization: "Bearer x", "x-signature": hmac("ingest-token", RECORD) }],
  ])("are refused when signed over or with %s", async (_what, headers) => {
    const { url, ingested } = await startServer({ tokens: TOKENS });
    const response = await post(url, headers);
    expect([response.status, (await problem(response)).code]).toEqual([401, "unauthorized"]);
    expect(ingested).toEqual([]);
  });

  it("are no way in anywhere else, and are bounded before they are believed", async () => {
    const { url } = await startServer({ tokens: TOKENS, bodyLimit: 8_388_608 }, { reload: async () => undefined });
    const signed = { "x-signature": hmac("operate-token", "") };
    expect((await post(url, signed, "/-/reload", "")).status).toBe(401);
    const long = `{"policy":"${"p".repeat(1_048_576)}"}`;
    expect((await post(url, { "x-signature": hmac("ingest-token", long) }, "/v1/changes", long)).status).toBe(413);
    expect((await post(url, bearer("ingest-token"), "/v1/changes", long)).status).toBe(202);
  });
});

describe("with tokens", () => {
  it("asks for one, and knows those it was given", async () => {
    const { url } = await startServer({ tokens: TOKENS });
    const none = await fetch(`${url}/v1/events`, { method: "POST", body: RECORD });
    expect([none.status, none.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="tenfold"']);
    expect(await problem(none)).toMatchObject({ code: "unauthorized" });
    for (const wrong of [
      "Bearer nope",
      "Bearer ingest-toke",
      "Bearer ingest-token2",
      "Basic ingest-token",
      "ingest-token",
      "Bearer",
    ]) {
      const response = await fetch(`${url}/v1/events`, { method: "POST", body: RECORD, headers: { authorization: wrong } });
      expect([wrong, response.status]).toEqual([wrong, 401]);
    }
    const right = await fetch(`${url}/v1/events`, { method: "POST", body: RECORD, headers: bearer("ingest-token") });
    expect(right.status).toBe(202);
  });

  it.each([
    ["ingest-token", { events: 202, alerts: 403, acknowledge: 403, reload: 403, metrics: 403 }],
    ["read-token", { events: 403, alerts: 200, acknowledge: 403, reload: 403, metrics: 200 }],
    ["operate-token", { events: 403, alerts: 200, acknowledge: 404, reload: 200, metrics: 200 }],
  ])("lets %s do what its scopes say", async (token, expected) => {
    const { url } = await startServer(
      { tokens: TOKENS },
      { listAlerts: async () => ({ items: [] }), acknowledgeAlert: async () => undefined, reload: async () => undefined },
    );
    const status = async (path: string, method: string, body?: string) =>
      (await fetch(`${url}${path}`, { method, headers: bearer(token), ...(body === undefined ? {} : { body }) })).status;
    expect({
      events: await status("/v1/events", "POST", RECORD),
      alerts: await status("/v1/alerts", "GET"),
      acknowledge: await status("/v1/alerts/x/acknowledge", "POST", "{}"),
      reload: await status("/-/reload", "POST"),
      metrics: await status("/metrics", "GET"),
    }).toEqual(expected);
  });

  it("leaves probes open, passes the token's cluster on, and takes its name as author", async () => {
    const authors: string[] = [];
    const { url, ingested } = await startServer(
      { tokens: TOKENS },
      {
        resolveAlert: async (_id, { by }) => {
          authors.push(by);
          return undefined;
        },
      },
    );
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    await fetch(`${url}/v1/events`, { method: "POST", body: RECORD, headers: bearer("ingest-token") });
    expect(ingested[0]?.cluster).toBe("prod-eu");
    await fetch(`${url}/v1/alerts/x/resolve`, { method: "POST", headers: bearer("operate-token") });
    expect(authors).toEqual(["ada"]);
  });

  it("takes new tokens on reload, and refuses a reload that would open the server", async () => {
    const { server, url } = await startServer({ host: "0.0.0.0", tokens: TOKENS });
    const local = url.replace("0.0.0.0", "127.0.0.1");
    const status = async (token: string) => (await fetch(`${local}/metrics`, { headers: bearer(token) })).status;
    server.reload({ tokens: [{ name: "viewer", token: "next", scopes: ["read"] }] });
    expect([await status("read-token"), await status("next")]).toEqual([401, 200]);
    expect(() => server.reload({ tokens: [] })).toThrow(/without tokens/);
    expect(await status("next")).toBe(200);
  });
});

describe("without tokens", () => {
  it("refuses to listen on other addresses than loopback", async () => {
    const { server } = await startServer();
    const options = {
      port: 0,
      tokens: [],
      allowedHosts: [],
      bodyLimit: 1000,
      inFlightLimit: 1000,
      requestTimeout: 1000,
      drainTimeout: 1000,
      streamClients: 1,
      log: { warn: () => undefined, error: () => undefined },
    };
    const api = {
      ingestEvents: () => Promise.reject(new Error("unused")),
      ingestChanges: () => Promise.reject(new Error("unused")),
      metrics: () => Promise.reject(new Error("unused")),
      ready: () => Promise.reject(new Error("unused")),
    };
    for (const host of ["0.0.0.0", "::", ...outerAddresses()]) {
      const open = createHttpServer({ ...options, host }, api);
      await expect(open.listen()).rejects.toMatchObject({ code: "invalid_configuration" });
    }
    await server.close();
  });

  it("refuses names of other machines (DNS rebinding) unless allowed, and requests of other origins", async () => {
    const { port } = await startServer({ allowedHosts: ["Tenfold.internal"] });
    const host = (name: string) => raw(port, "/metrics", { host: name });
    expect(await host(`127.0.0.1:${port}`)).toBe(200);
    expect(await host("localhost")).toBe(200);
    expect(await host("[::1]:8686")).toBe(200);
    expect(await host("tenfold.internal:8686")).toBe(200);
    expect(await host("evil.example")).toBe(403);
    expect(await host("localhost.evil.example")).toBe(403);
    expect(await host("127.0.0.1.evil.example")).toBe(403);
    const reload = (headers: Record<string, string>) => raw(port, "/-/reload", { host: `127.0.0.1:${port}`, ...headers }, "POST");
    expect(await reload({ origin: "https://evil.example" })).toBe(403);
    expect(await reload({ origin: "null" })).toBe(403);
    expect(await reload({ "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await reload({ origin: `http://127.0.0.1:${port}` })).toBe(501);
    expect(await raw(port, "/nothing", { host: "evil.example" })).toBe(403);
  });
});

function outerAddresses(): readonly string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.filter((one) => !one.internal && one.family === "IPv4").map((one) => one.address);
}
