import { connect } from "node:net";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TenfoldError } from "../../../src/domain/errors.ts";
import { problem, startServer } from "./test-server.ts";

const RECORD = '{"policy":"pci-egress","time":"2026-11-23T10:00:00Z"}';

const post = (url: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/events`, { method: "POST", body: body as NonNullable<RequestInit["body"]>, headers });

describe("POST /v1/events", () => {
  it("answers 202 with the counts and hands the body on byte for byte", async () => {
    const { url, ingested } = await startServer();
    const response = await fetch(`${url}/v1/events?source=falco`, {
      method: "POST",
      body: `${RECORD}\nnonsense\n`,
      headers: { "content-type": "application/x-ndjson; charset=UTF-8" },
    });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({
      accepted: 1,
      duplicates: 0,
      rejected: 1,
      errors: [{ index: 1, code: "invalid_json", message: "not understood" }],
    });
    expect(ingested[0]).toMatchObject({ source: "falco", mediaType: "application/x-ndjson", cluster: undefined });
    expect(ingested[0]?.body.toString()).toBe(`${RECORD}\nnonsense\n`);
  });

  it("says why records count as nothing", async () => {
    const ignored = new Map([
      ["allowed", 3],
      ["continued-flow", 1],
    ]);
    const result = { accepted: 0, duplicates: 0, rejected: 0, errors: [], ignored, understood: 4 };
    const { url } = await startServer({}, { ingestEvents: async () => result });
    const response = await post(url, "{}");
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({
      accepted: 0,
      duplicates: 0,
      rejected: 0,
      ignored: { allowed: 3, "continued-flow": 1 },
      errors: [],
    });
  });

  it("takes changes on their own route", async () => {
    const { url, ingested } = await startServer();
    const response = await fetch(`${url}/v1/changes`, { method: "POST", body: RECORD });
    expect(response.status).toBe(202);
    expect(ingested[0]?.source).toBe("auto");
  });

  it.each([
    "application/json",
    "application/cloudevents+json",
    "application/cloudevents-batch+json; charset=utf-8",
    "application/vnd.docker.distribution.events.v1+json",
    "application/yaml",
    "text/plain",
    "application/x-www-form-urlencoded",
  ])("accepts %s", async (type) => {
    const { url } = await startServer();
    expect((await post(url, RECORD, { "content-type": type })).status).toBe(202);
  });

  it("accepts a body without a content type", async () => {
    const { url } = await startServer();
    expect((await post(url, Buffer.from(RECORD))).status).toBe(202);
  });

  it.each(["image/png", "application/xml", "application/json; charset=latin1"])("refuses %s", async (type) => {
    const { url } = await startServer();
    const response = await post(url, RECORD, { "content-type": type });
    expect(response.status).toBe(415);
    expect(await problem(response)).toMatchObject({ code: "unsupported_media_type" });
  });

  it.each([
    ["gzip", gzipSync(RECORD)],
    ["x-gzip", gzipSync(RECORD)],
    ["deflate", deflateSync(RECORD)],
    ["deflate", deflateRawSync(RECORD)],
    ["identity", Buffer.from(RECORD)],
  ])("decompresses %s", async (encoding, body) => {
    const { url, ingested } = await startServer();
    expect((await post(url, body, { "content-encoding": encoding })).status).toBe(202);
    expect(ingested[0]?.body.toString()).toBe(RECORD);
  });

  it("answers 400 nothing_understood, with the reason of each record", async () => {
    const { url } = await startServer();
    const response = await post(url, "nonsense");
    expect(response.status).toBe(400);
    expect(await problem(response)).toMatchObject({
      code: "nothing_understood",
      accepted: 0,
      rejected: 1,
      errors: [{ index: 0 }],
      retryable: false,
    });
    expect((await problem(await post(url, ""))).code).toBe("nothing_understood");
  });

  it("refuses a body over the limit, however it says its length, and stays usable", async () => {
    const { url } = await startServer({ bodyLimit: 1000 });
    const declared = await post(url, "x".repeat(200_000));
    expect(declared.status).toBe(413);
    expect(await problem(declared)).toMatchObject({ code: "body_too_large" });
    const chunked = await fetch(`${url}/v1/events`, {
      method: "POST",
      body: new ReadableStream({
        start(controller) {
          for (let i = 0; i < 20; i++) controller.enqueue(new Uint8Array(100));
          controller.close();
        },
      }),
      duplex: "half",
    } as RequestInit);
    expect(chunked.status).toBe(413);
    expect((await post(url, RECORD)).status).toBe(202);
  });

  it("refuses a small body that decompresses to a huge one", async () => {
    const { url, ingested } = await startServer({ bodyLimit: 100_000 });
    // 50 MB of zeros are some 50 kB of gzip.
    const response = await post(url, gzipSync(Buffer.alloc(50_000_000)), { "content-encoding": "gzip" });
    expect(response.status).toBe(413);
    expect(ingested).toHaveLength(0);
  });

  it.each([
    ["gzip", 400],
    ["zstd", 415],
    ["gzip, gzip", 415],
  ])("answers a body that is not %s, or an encoding it does not know, with bad_encoding", async (encoding, status) => {
    const { url } = await startServer();
    const response = await post(url, RECORD, { "content-encoding": encoding });
    expect(response.status).toBe(status);
    expect(await problem(response)).toMatchObject({ code: "bad_encoding" });
  });

  it("says when to come back: 429 and 503 with Retry-After", async () => {
    const fail = (code: "overloaded" | "store_unavailable", retryAfter?: number) => async () => {
      throw new TenfoldError(code, "no", retryAfter === undefined ? {} : { retryAfter });
    };
    const { url } = await startServer({}, { ingestEvents: fail("overloaded", 7), ingestChanges: fail("store_unavailable") });
    const busy = await post(url, RECORD);
    expect([busy.status, busy.headers.get("retry-after")]).toEqual([429, "7"]);
    expect(await problem(busy)).toMatchObject({ code: "overloaded", retryable: true });
    const down = await fetch(`${url}/v1/changes`, { method: "POST", body: RECORD });
    expect([down.status, down.headers.get("retry-after")]).toEqual([503, "1"]);
  });

  it("answers a defect with 500, without its text, and logs it", async () => {
    const { url, errors } = await startServer(
      {},
      {
        ingestEvents: async () => {
          throw new Error("password hunter2");
        },
      },
    );
    const response = await post(url, RECORD);
    expect(response.status).toBe(500);
    const body = await problem(response);
    expect(body.code).toBe("internal");
    expect(JSON.stringify(body)).not.toContain("hunter2");
    expect(errors).toHaveLength(1);
  });

  it("gives back the room of bodies: a budget of one body serves any number, one after the other", async () => {
    const body = `${RECORD}${" ".repeat(90_000)}`;
    const { url } = await startServer({ bodyLimit: 100_000, inFlightLimit: 100_000 });
    for (let i = 0; i < 5; i++) expect((await post(url, body)).status).toBe(202);
    for (let i = 0; i < 5; i++) expect((await post(url, "broken", { "content-encoding": "gzip" })).status).toBe(400);
    expect((await post(url, body)).status).toBe(202);
  });

  it("answers 429 while another body holds the room", async () => {
    let open: () => void = () => undefined;
    let arrived: () => void = () => undefined;
    const inside = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const blocked = new Promise<void>((resolve) => {
      open = resolve;
    });
    const result = { accepted: 1, duplicates: 0, rejected: 0, errors: [], ignored: new Map<string, number>(), understood: 1 };
    const ingestEvents = () => {
      arrived();
      return blocked.then(() => result);
    };
    const { url } = await startServer({ inFlightLimit: 1000 }, { ingestEvents });
    const first = post(url, "x".repeat(900));
    await inside;
    const second = await fetch(`${url}/v1/changes`, { method: "POST", body: `${RECORD}${" ".repeat(500)}` });
    expect(second.status).toBe(429);
    expect(second.headers.get("retry-after")).toBe("1");
    open();
    expect((await first).status).toBe(202);
  });

  it("answers whatever bytes arrive, under whatever encoding, with a coded answer, and stays up", async () => {
    const { url, errors } = await startServer({ bodyLimit: 4096 });
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 6000 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ maxLength: 2000 }).map((text) => Buffer.from(text)),
      fc.json().map((text) => Buffer.from(text)),
      fc.tuple(fc.string(), fc.nat(60)).map(([text, cut]) => gzipSync(text).subarray(0, cut)),
    );
    const encoding = fc.constantFrom("", "gzip", "deflate", "br", "identity", "snappy", "gzip,deflate");
    const type = fc.constantFrom(
      "application/json",
      "text/plain",
      "application/yaml",
      "video/mp4",
      "",
      ";;;",
      "application/json;charset",
    );
    await fc.assert(
      fc.asyncProperty(body, encoding, type, fc.string(), async (bytes, contentEncoding, contentType, source) => {
        const response = await fetch(`${url}/v1/events?source=${encodeURIComponent(source)}`, {
          method: "POST",
          body: bytes as unknown as NonNullable<RequestInit["body"]>,
          headers: { "content-type": contentType, ...(contentEncoding ? { "content-encoding": contentEncoding } : {}) },
        });
        if (response.status === 202) await response.arrayBuffer();
        else expect(typeof (await problem(response)).code).toBe("string");
        expect([202, 400, 413, 415]).toContain(response.status);
      }),
      { numRuns: 150 },
    );
    expect(errors).toEqual([]);
    expect((await post(url, RECORD)).status).toBe(202);
  });

  it("answers bytes that are not HTTP with a problem document, and survives a sender that leaves midway", async () => {
    const { url, port, errors } = await startServer();
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => socket.write("NONSENSE\r\n\r\n"));
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("close", () => resolve(text));
      socket.on("error", reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"code":"invalid_request"');
    await new Promise<void>((resolve) => {
      const head = "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n";
      const socket = connect(port, "127.0.0.1", () => socket.write(`${head}half`, () => socket.destroy()));
      socket.on("close", () => resolve());
    });
    expect((await post(url, RECORD)).status).toBe(202);
    expect(errors).toEqual([]);
  });
});
