import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failureOf } from "../../../src/sources/kubernetes-watch/api-failure.ts";
import { Connection } from "../../../src/sources/kubernetes-watch/connection.ts";
import { listen, shut } from "../../harness/webhook-server.ts";

let server: Server;
let asked: string[] = [];

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(200, { "content-type": "application/json" });
    // The beginning of an answer that never goes on.
    response.write('{"type":');
  });
  await listen(server);
});

afterEach(() => shut(server));

const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function reasonOf(work: Promise<AsyncIterable<unknown>>): Promise<string> {
  try {
    for await (const _ of await work);
    return "ended";
  } catch (error) {
    return failureOf(error).reason;
  }
}

describe("a connection", () => {
  const { signal } = new AbortController();

  it("gives up on an answer that stops in the middle", async () => {
    const connection = new Connection({ apiServer: address() }, 50);
    expect(await reasonOf(connection.get({ path: "/list", query: {}, signal }))).toBe("dropped");
    expect(await reasonOf(connection.get({ path: "/watch", query: {}, signal, silence: 60 }))).toBe("dropped");
  });

  it("keeps the path of a server behind another one, and escapes what it asks for", async () => {
    const connection = new Connection({ apiServer: `${address()}/k8s/clusters/c-1/` });
    const abort = new AbortController();
    await connection.get({ path: "/api/v1/pods", query: { continue: "a b&c" }, signal: abort.signal });
    abort.abort();
    expect(asked).toEqual(["/k8s/clusters/c-1/api/v1/pods?continue=a+b%26c"]);
  });

  it("ends when it is aborted", async () => {
    const abort = new AbortController();
    const connection = new Connection({ apiServer: address() });
    const body = await connection.get({ path: "/watch", query: {}, signal: abort.signal });
    abort.abort();
    expect(await reasonOf(Promise.resolve(body))).not.toBe("ended");
  });

  it("says that nothing listens", async () => {
    const connection = new Connection({ apiServer: address() });
    await shut(server);
    expect(await reasonOf(connection.get({ path: "/list", query: {}, signal }))).toBe("unreachable");
  });
});
