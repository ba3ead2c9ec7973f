/** Content types of records. */
import { TenfoldError } from "../domain/errors.ts";

const ACCEPTED = new Set([
  "",
  "application/json",
  "application/x-ndjson",
  "application/ndjson",
  "application/jsonl",
  "application/x-jsonlines",
  "application/json-lines",
  "application/cloudevents+json",
  "application/cloudevents-batch+json",
  "application/vnd.docker.distribution.events.v1+json",
  "application/vnd.docker.distribution.events.v2+json",
  "application/yaml",
  "application/x-yaml",
  "text/yaml",
  "text/plain",
  "text/json",
  "application/octet-stream",
  // What curl and Falco's http_output send when nobody names a type.
  "application/x-www-form-urlencoded",
]);

const UTF8 = /^(?:utf-?8|us-ascii)$/i;

/** The media type in lower case without parameters; fails with `unsupported_media_type`. */
export function recordMediaType(header: string | undefined): string {
  const [type = "", ...parameters] = (header ?? "").split(";");
  const plain = type.trim().toLowerCase();
  const suffixed = /^application\/[a-z0-9.+-]+\+json$/.test(plain);
  if (!ACCEPTED.has(plain) && !suffixed) {
    throw new TenfoldError("unsupported_media_type", `the content type ${JSON.stringify(plain.slice(0, 80))} is not accepted`);
  }
  for (const parameter of parameters) {
    const [key, value = ""] = parameter.split("=");
    if (key?.trim().toLowerCase() === "charset" && !UTF8.test(value.trim().replaceAll('"', ""))) {
      throw new TenfoldError("unsupported_media_type", "only UTF-8 is accepted");
    }
  }
  return plain;
}
