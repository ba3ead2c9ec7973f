import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { receive } from "../../src/pipeline/receive.ts";

const object = fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 }).map(
  // What JSON can say: `-0` and prototypes do not survive it. A CloudEvent would be unwrapped.
  (value) => JSON.parse(JSON.stringify({ ...value, specversion: 1 })),
);
const separator = fc.constantFrom("\n", "\r\n", "\n\n", "\n \n");
const indexes = (body: string | Uint8Array) => {
  const { records, rejected, rejectedCount } = receive(body);
  expect(rejected).toHaveLength(rejectedCount);
  return [...records, ...rejected].map(({ index }) => index).sort((a, b) => a - b);
};

describe("receive", () => {
  it("reads the same records however they are written", () => {
    fc.assert(
      fc.property(fc.array(object, { minLength: 1, maxLength: 8 }), separator, fc.boolean(), (objects, between, mark) => {
        const lines = objects.map((value) => JSON.stringify(value)).join(between);
        const forms = [
          lines,
          lines + between,
          JSON.stringify(objects),
          JSON.stringify(objects, null, 2),
          objects.map((value) => JSON.stringify(value, null, 2)).join("\n"),
          objects.map((value) => JSON.stringify(value)).join(""),
          objects.map((value) => `data: ${JSON.stringify(value)}\n\n`).join(""),
        ];
        for (const form of forms) {
          const body = (mark ? "\uFEFF" : "") + form;
          for (const given of [body, new TextEncoder().encode(body)]) {
            expect(receive(given)).toEqual({
              records: objects.map((record, index) => ({ index, record })),
              rejected: [],
              rejectedCount: 0,
            });
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("never throws, and gives every record one place", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 400 }),
      fc
        .array(fc.constantFrom("{", "}", "[", "]", '"', ",", ":", "\n", "1", "a", "\\", '{"a":1}', " "), { maxLength: 60 })
        .map((parts) => parts.join("")),
      fc.tuple(fc.array(object, { maxLength: 4 }), fc.nat(400)).map(([objects, cut]) =>
        objects
          .map((value) => JSON.stringify(value))
          .join("\n")
          .slice(0, cut),
      ),
    );
    const body = fc.oneof(text, fc.uint8Array({ maxLength: 400 }));
    fc.assert(
      fc.property(body, (given) => {
        const places = indexes(given);
        expect(places).toEqual(places.map((_, i) => i));
      }),
      { numRuns: 3000 },
    );
  });

  it("keeps whole lines whatever line is broken between them", () => {
    const line = fc.string({ maxLength: 60 }).map((value) => value.replace(/[\r\n]/g, ""));
    fc.assert(
      fc.property(object, line, object, (before, broken, after) => {
        const { records } = receive(`${JSON.stringify(before)}\n${broken}\n${JSON.stringify(after)}\n`);
        expect(records[0]?.record).toEqual(before);
        expect(records.at(-1)?.record).toEqual(after);
      }),
      { numRuns: 1000 },
    );
  });
});
