/** Questions to a JSON Schema: which keys may stand at a path, and what unit a value has. */
import type { PathPart } from "./problem.ts";

type Schema = Readonly<Record<string, unknown>>;

/** All schemas that describe the value at `path` (several where alternatives exist). */
function schemasAt(root: Schema, path: readonly PathPart[]): readonly Schema[] {
  let current = expand(root, [root]);
  for (const part of path) {
    const next = current.flatMap((schema) => {
      const properties = schema.properties;
      if (typeof part === "string" && isSchema(properties) && Object.hasOwn(properties, part)) return [properties[part]];
      return typeof part === "number" ? [schema.items] : [];
    });
    current = expand(root, next);
  }
  return current;
}

function expand(root: Schema, schemas: readonly unknown[]): readonly Schema[] {
  return schemas.filter(isSchema).flatMap((schema) => {
    const inner = ["anyOf", "oneOf", "allOf"].flatMap((key) => (Array.isArray(schema[key]) ? schema[key] : []));
    const target = typeof schema.$ref === "string" ? resolveReference(root, schema.$ref) : undefined;
    return [schema, ...expand(root, target === undefined ? inner : [...inner, target])];
  });
}

function resolveReference(root: Schema, reference: string): unknown {
  let value: unknown = root;
  for (const part of reference.replace(/^#\/?/, "").split("/").filter(Boolean)) value = isSchema(value) ? value[part] : undefined;
  return value;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Keys that may stand in the mapping at `path`. */
export function keysAt(root: Schema, path: readonly PathPart[]): readonly string[] {
  return schemasAt(root, path).flatMap((schema) => (isSchema(schema.properties) ? Object.keys(schema.properties) : []));
}

/** `duration`, `bytes` or undefined. */
export function unitAt(root: Schema, path: readonly PathPart[]): string | undefined {
  const unit = schemasAt(root, path).find((schema) => typeof schema.unit === "string")?.unit;
  return typeof unit === "string" ? unit : undefined;
}
