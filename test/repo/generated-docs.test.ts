import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { alertJsonSchema } from "../../config/alert-schema.ts";
import { changeJsonSchema, eventJsonSchema } from "../../config/record-schema.ts";
import { configJsonSchema } from "../../config/schema.ts";
import { ERRORS } from "../../src/domain/errors.ts";

const DOCS = join(import.meta.dirname, "..", "..", "docs");

describe("docs/errors.md", () => {
  it("has every code with its meaning, remedy and whether to retry, and no other", async () => {
    const text = await readFile(join(DOCS, "errors.md"), "utf8");
    const rows = [...text.matchAll(/^\| `(\w+)` \| (.*) \| (.*) \| (yes|no) \|$/gm)].map(([, code, meaning, remedy, retry]) => ({
      code,
      meaning,
      remedy,
      retryable: retry === "yes",
    }));
    expect(rows).toEqual(Object.entries(ERRORS).map(([code, entry]) => ({ code, ...entry })));
  });
});

describe("docs/schemas", () => {
  it.each([
    ["config", configJsonSchema],
    ["event", eventJsonSchema],
    ["change", changeJsonSchema],
    ["alert", alertJsonSchema],
  ])("%s.json is what the code says (npm run docs writes it)", async (name, schema) => {
    expect(JSON.parse(await readFile(join(DOCS, "schemas", `${name}.json`), "utf8"))).toEqual(
      JSON.parse(JSON.stringify(schema())),
    );
  });
});
