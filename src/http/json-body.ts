/** Reads small JSON bodies of operators' requests, field by field. */
import { TenfoldError } from "../domain/errors.ts";
import { parseTime } from "../domain/time.ts";
import { ParameterError } from "./problem.ts";

const MAX_TEXT = 4096;

export class JsonBody {
  readonly #fields: Readonly<Record<string, unknown>>;

  /** An empty body is an empty object. */
  constructor(bytes: Buffer) {
    const text = bytes.toString("utf8").trim();
    let value: unknown = {};
    try {
      if (text !== "") value = JSON.parse(text);
    } catch {
      throw new TenfoldError("invalid_json", "the body is not valid JSON");
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new TenfoldError("not_an_object", "the body is not a JSON object");
    }
    this.#fields = { ...value };
  }

  /** The first of several names that is there. */
  value(...names: readonly string[]): unknown {
    for (const name of names) if (Object.hasOwn(this.#fields, name) && this.#fields[name] !== null) return this.#fields[name];
    return undefined;
  }

  text(...names: readonly [string, ...string[]]): string | undefined {
    const value = this.value(...names);
    if (value === undefined) return undefined;
    if (typeof value !== "string") throw new ParameterError(names[0], "must be text");
    if (value.length > MAX_TEXT) throw new ParameterError(names[0], `is longer than ${MAX_TEXT} characters`);
    return value.trim() === "" ? undefined : value;
  }

  time(...names: readonly [string, ...string[]]): number | undefined {
    const value = this.value(...names);
    if (value === undefined) return undefined;
    const time = parseTime(value);
    if (time === undefined) throw new ParameterError(names[0], "must be a time, RFC 3339");
    return time;
  }
}
