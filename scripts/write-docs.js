// Writes what documentation is generated from code: docs/errors.md and the JSON Schemas in docs/schemas/. Needs a build.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const built = (path) => import(new URL(`../dist/${path}`, import.meta.url).href);

const { ERRORS } = await built("src/domain/errors.js");
const { alertJsonSchema } = await built("config/alert-schema.js");
const { changeJsonSchema, eventJsonSchema } = await built("config/record-schema.js");
const { configJsonSchema } = await built("config/schema.js");

const rows = Object.entries(ERRORS).map(
  ([code, { meaning, remedy, retryable }]) => `| \`${code}\` | ${meaning} | ${remedy} | ${retryable ? "yes" : "no"} |`,
);
const intro = "Every answer that is not a success carries one of these codes, in `code` of the problem document or record error.";
write(
  "docs/errors.md",
  `# Errors\n\n${intro}\nWritten by \`npm run docs\` from \`src/domain/errors.ts\`.\n\n| code | meaning | what to do | retry |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`,
);
const schemas = { config: configJsonSchema, event: eventJsonSchema, change: changeJsonSchema, alert: alertJsonSchema };
for (const [name, schema] of Object.entries(schemas))
  write(`docs/schemas/${name}.json`, `${JSON.stringify(schema(), null, 2)}\n`);

function write(path, text) {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), text);
}
