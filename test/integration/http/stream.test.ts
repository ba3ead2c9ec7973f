import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { problem, startServer } from "./test-server.ts";

async function open(url: string, headers: Record<string, string> = {}) {
  const abort = new AbortController();
  const response = await fetch(`${url}/v1/stream`, { headers, signal: abort.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    response,
    abort: () => abort.abort(),
    async until(part: string): Promise<string> {
      while (!text.includes(part)) {
        const next = await reader?.read();
        if (next === undefined || next.done) return text;
        text += next.value;
      }
      return text;
    },
  };
}

describe("GET /v1/stream", () => {
  it("sends events in the format of server-sent events", async () => {
    const { url, listeners } = await startServer();
    const stream = await open(url);
    expect(stream.response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    await stream.until("retry:");
    for (const listener of listeners) listener({ id: "7", event: "alert", data: { title: "a\nb" } });
    expect(await stream.until("\n\nid")).toContain('id: 7\nevent: alert\ndata: {"title":"a\\nb"}\n\n');
    stream.abort();
  });

  it("passes on what was seen last, and lets go of clients that leave", async () => {
    const seen: (string | undefined)[] = [];
    let ended = 0;
    const { url } = await startServer(
      {},
      {
        subscribe: (listener, lastEventId) => {
          seen.push(lastEventId);
          listener({ event: "missed", data: 1 });
          return () => ended++;
        },
      },
    );
    const stream = await open(url, { "last-event-id": "41" });
    await stream.until("missed");
    expect(seen).toEqual(["41"]);
    stream.abort();
    await expect.poll(() => ended).toBe(1);
  });

  it("takes no more clients than configured", async () => {
    const { url } = await startServer({ streamClients: 1 });
    const first = await open(url);
    const second = await fetch(`${url}/v1/stream`);
    expect(second.status).toBe(429);
    expect(await problem(second)).toMatchObject({ code: "overloaded" });
    first.abort();
  });

  it("drops a client that does not read, and goes on with the others", async () => {
    const { url, port, listeners } = await startServer();
    const slow = connect(port, "127.0.0.1", () => slow.write("GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    slow.pause();
    slow.on("error", () => undefined);
    await expect.poll(() => listeners.size).toBe(1);
    const [toSlow] = listeners;
    const quick = await open(url);
    await expect.poll(() => listeners.size).toBe(2);
    // Buffers of the system take some megabytes before the backlog is ours.
    const filler = "x".repeat(1_000_000);
    for (let i = 0; i < 60 && toSlow !== undefined && listeners.has(toSlow); i++) {
      toSlow({ event: "counts", data: filler });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => listeners.size).toBe(1);
    for (const listener of listeners) listener({ event: "still", data: "here" });
    expect(await quick.until("still")).toContain('data: "here"');
    quick.abort();
    slow.destroy();
  });
});

describe("shutdown", () => {
  it("ends streams, lets requests under way finish, and refuses new ones", async () => {
    let finish: () => void = () => undefined;
    let arrived: () => void = () => undefined;
    const inside = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const result = { accepted: 1, duplicates: 0, rejected: 0, errors: [], ignored: new Map<string, number>(), understood: 1 };
    const { server, url } = await startServer(
      {},
      {
        ingestEvents: () => {
          arrived();
          return new Promise((resolve) => {
            finish = () => resolve(result);
          });
        },
      },
    );
    const stream = await open(url);
    const request = fetch(`${url}/v1/events`, { method: "POST", body: "{}" });
    await inside;
    const closed = server.close();
    await stream.until("the end that never comes");
    finish();
    expect((await request).status).toBe(202);
    await closed;
    await server.close();
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  it("does not wait longer than it was told", async () => {
    const { server, url } = await startServer({ drainTimeout: 50 }, { ingestEvents: () => new Promise(() => undefined) });
    const request = fetch(`${url}/v1/events`, { method: "POST", body: "{}" }).catch(() => "cut");
    await expect.poll(async () => (await fetch(`${url}/healthz`)).status).toBe(200);
    await server.close();
    expect(await request).toBe("cut");
  });
});
