import { describe, expect, it } from "vitest";
import { normalize } from "../../../src/pipeline/normalize.ts";
import { MAX_DEPTH, MAX_RECORD_BYTES, MAX_REJECTIONS, receive } from "../../../src/pipeline/receive.ts";
import { registrySource } from "../../../src/sources/registry.ts";

const records = (body: string | Uint8Array) => receive(body).records.map(({ record }) => record);
const codes = (body: string | Uint8Array) => receive(body).rejected.map(({ index, code }) => [index, code]);
const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

describe("receive", () => {
  it.each([
    ["one object", '{"a":1}', [{ a: 1 }]],
    ["one object over lines", '{\n  "a": 1\n}\n', [{ a: 1 }]],
    ["an array", '[{"a":1},{"a":2}]', [{ a: 1 }, { a: 2 }]],
    ["an array over lines", '[\n  {"a":1},\n  {"a":2}\n]\n', [{ a: 1 }, { a: 2 }]],
    ["lines", '{"a":1}\n{"a":2}\n', [{ a: 1 }, { a: 2 }]],
    ["lines ending in CRLF, with blank ones", '\r\n{"a":1}\r\n\r\n \r\n{"a":2}', [{ a: 1 }, { a: 2 }]],
    ["a byte order mark", '\uFEFF{"a":1}\n{"a":2}', [{ a: 1 }, { a: 2 }]],
    ["lines that are arrays", '[{"a":1}]\n[{"a":2},{"a":3}]', [{ a: 1 }, { a: 2 }, { a: 3 }]],
    ["objects without anything between", '{"a":1}{"a":2}', [{ a: 1 }, { a: 2 }]],
    ["objects over lines one after the other", '{\n "a":1\n}\n{\n "a":"}{"\n}', [{ a: 1 }, { a: "}{" }]],
    ["lines that ran together", '{"a":1}\n{"a":2} {"a":3}\n', [{ a: 1 }, { a: 2 }, { a: 3 }]],
    [
      "a log file of a container runtime",
      '2030-01-02T03:04:05.1Z stdout F {"a":1}\n2030-01-02T03:04:05.2Z stdout F {"a":2}\n',
      [{ a: 1 }, { a: 2 }],
    ],
    ["server-sent events", 'data: {"a":1}\n\ndata: {"a":2}\n\n', [{ a: 1 }, { a: 2 }]],
    ["nothing", "", []],
    ["blanks", " \n\n", []],
  ])("reads %s", (_what, body, expected) => {
    expect(receive(body)).toMatchObject({ rejected: [], rejectedCount: 0 });
    expect(records(body)).toEqual(expected);
    expect(records(new TextEncoder().encode(body))).toEqual(expected);
  });

  it("tells a broken line apart from its neighbours", () => {
    const body = '{"a":1}\n{"a":2,"b\n{"a":3}\n\nnot json\n[1]\n{"a":4}';
    expect(receive(body).records).toEqual([
      { index: 0, record: { a: 1 } },
      { index: 2, record: { a: 3 } },
      { index: 5, record: { a: 4 } },
    ]);
    expect(codes(body)).toEqual([
      [1, "invalid_json"],
      [3, "invalid_json"],
      [4, "not_an_object"],
    ]);
  });

  it.each([
    ["a first line broken off", '{"a":\n{"a":2}\n{"a":3}', [{ a: 2 }, { a: 3 }], [[0, "invalid_json"]]],
    ["a first line broken off in a text", '{"a":"x\n{"a":2}\n{"a":3}', [{ a: 2 }, { a: 3 }], [[0, "invalid_json"]]],
    ["a last line broken off", '{"a":1}\n{"a', [{ a: 1 }], [[1, "invalid_json"]]],
    ["an array broken off", '[{"a":1},{"a":2},{"a', [{ a: 1 }, { a: 2 }], [[2, "invalid_json"]]],
    ["a broken item", '[{"a":1},{"a":},{"a":3}]', [{ a: 1 }, { a: 3 }], [[1, "invalid_json"]]],
    ["an array over lines with a broken item", '[\n{"a":1},\n{"a":\n{"a":3}\n]', [{ a: 1 }, { a: 3 }], [[1, "invalid_json"]]],
    ["an object over lines broken off", '{\n "a":1\n{\n "a":2\n}', [{ a: 2 }], [[0, "invalid_json"]]],
  ])("saves what is whole of %s", (_what, body, whole, broken) => {
    expect(records(body)).toEqual(whole);
    expect(codes(body)).toEqual(broken);
  });

  it("finds the lines that are not UTF-8", () => {
    const bytes = new Uint8Array([
      ...new TextEncoder().encode('{"a":1}\n{"a":"'),
      0xff,
      0xfe,
      ...new TextEncoder().encode('"}\n{"a":"é"}'),
    ]);
    expect(records(bytes)).toEqual([{ a: 1 }, { a: "é" }]);
    expect(codes(bytes)).toEqual([[1, "bad_encoding"]]);
  });

  it.each([
    ["in a line", (text: string) => `{"a":1}\n${text}\n{"a":2}`],
    ["in an array", (text: string) => `[{"a":1},${text},{"a":2}]`],
  ])("refuses a record nested too deeply %s, and no other", (_where, body) => {
    expect(codes(body(nested(MAX_DEPTH)))).toEqual([]);
    expect(codes(body(nested(MAX_DEPTH + 1)))).toEqual([[1, "too_deep"]]);
    expect(codes(body(nested(100_000)))).toEqual([[1, "too_deep"]]);
    expect(records(body(nested(100_000)))).toHaveLength(2);
  });

  it.each([
    ["in a line", (text: string) => `{"a":1}\n${text}\n{"a":2}`],
    ["in an array", (text: string) => `[{"a":1},${text},{"a":2}]`],
    ["by itself", (text: string) => text],
  ])("refuses a record that is too large %s, and no other", (_where, body) => {
    // `{"a":""}` takes 8 bytes; an é takes two.
    const fits = `{"a":"${"x".repeat(MAX_RECORD_BYTES - 8)}"}`;
    expect(codes(body(fits))).toEqual([]);
    const large = codes(body(`{"a":"${"x".repeat(MAX_RECORD_BYTES)}"}`));
    expect(large.map(([, code]) => code)).toEqual(["record_too_large"]);
  });

  it("measures lines in bytes", () => {
    expect(codes(`{"a":1}\n{"a":"${"é".repeat(MAX_RECORD_BYTES / 2)}"}`)).toEqual([[1, "record_too_large"]]);
  });

  it("counts all rejections but describes only the first ones", () => {
    const { rejected, rejectedCount, records: kept } = receive(`${"x\n".repeat(MAX_REJECTIONS + 5)}{"a":1}`);
    expect(rejected).toHaveLength(MAX_REJECTIONS);
    expect(rejectedCount).toBe(MAX_REJECTIONS + 5);
    expect(kept).toEqual([{ index: MAX_REJECTIONS + 5, record: { a: 1 } }]);
  });
});

describe("CloudEvents", () => {
  const event = { specversion: "1.0", id: "e1", source: "/shop", type: "t", time: "2030-01-02T03:04:05Z" };

  it("takes the data, and gives it the id and time it lacks", () => {
    expect(records(JSON.stringify({ ...event, data: { policy: "p" } }))).toEqual([
      { policy: "p", id: "/shop e1", time: "2030-01-02T03:04:05Z" },
    ]);
    const own = { policy: "p", id: "own", time: 1 };
    expect(records(JSON.stringify([{ ...event, data: own }]))).toEqual([own]);
    expect(records(JSON.stringify({ ...event, data: { uuid: "own", time: 1 } }))).toEqual([{ uuid: "own", time: 1 }]);
  });

  it("reads data as text and as Base64", () => {
    const data = '{"policy":"é","id":"1","time":1}';
    const base64 = Buffer.from(data, "utf8").toString("base64");
    const body = `${JSON.stringify({ ...event, data })}\n${JSON.stringify({ ...event, data_base64: base64 })}`;
    expect(records(body)).toEqual([JSON.parse(data), JSON.parse(data)]);
  });

  it("leaves Harbor's in their envelope: only its type says whether it was a push", () => {
    const digest = `sha256:${"5e".repeat(32)}`;
    const resources = [{ digest, tag: "2", resource_url: "reg.test/ledger:2" }];
    const notices = ["harbor.artifact.pushed", "harbor.artifact.deleted"].map((type) => ({
      ...event,
      type,
      data: { resources },
    }));
    const outcome = normalize(receive(JSON.stringify(notices)).records, [registrySource], { now: 0, cluster: "c" });
    expect(outcome.timeline).toMatchObject([{ index: 0, record: { type: "alias", digests: [digest] } }]);
    expect(outcome).toMatchObject({ ignored: new Map([["not-a-push", 1]]), rejected: [] });
  });

  it("leaves an envelope with anything else in it alone", () => {
    for (const data of ["plain text", undefined]) {
      const record = JSON.parse(JSON.stringify({ ...event, data }));
      expect(records(JSON.stringify(record))).toEqual([record]);
    }
  });
});
