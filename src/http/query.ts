/** Reads query parameters: each is checked, a wrong or unknown one is answered with its name. */
import { normalizeDigest } from "../domain/digest.ts";
import { parseDuration } from "../domain/duration.ts";
import { parseTime } from "../domain/time.ts";
import { ParameterError } from "./problem.ts";

const MAX_TEXT = 512;
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

export class QueryReader {
  readonly #query: Readonly<Record<string, unknown>>;
  readonly #known = new Set<string>();

  constructor(query: unknown) {
    this.#query = typeof query === "object" && query !== null ? { ...query } : {};
  }

  /** A text of 1 to 512 characters. Empty is the same as absent, as browsers' forms send it. */
  text(name: string): string | undefined {
    const values = this.#values(name);
    if (values.length > 1) throw new ParameterError(name, "is given more than once");
    const value = values[0];
    if (value !== undefined && value.length > MAX_TEXT) throw new ParameterError(name, `is longer than ${MAX_TEXT} characters`);
    return value;
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw new ParameterError(name, "is required");
    return value;
  }

  /** Values of a closed list, repeated or separated by commas. */
  list<Value extends string>(name: string, allowed: readonly Value[]): readonly Value[] {
    const values = this.#values(name).flatMap((value) => value.split(","));
    return values.map((value) => {
      const found = allowed.find((one) => one === value.trim());
      if (found === undefined) throw new ParameterError(name, `${quote(value)} is not one of ${allowed.join(", ")}`);
      return found;
    });
  }

  limit(): number {
    const text = this.text("limit");
    if (text === undefined) return DEFAULT_LIMIT;
    const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
    if (value < 1 || value > MAX_LIMIT)
      throw new ParameterError("limit", `${quote(text)} is not a whole number from 1 to ${MAX_LIMIT}`);
    return value;
  }

  cursor(): string | undefined {
    const text = this.text("cursor");
    if (text !== undefined && !/^[A-Za-z0-9_.:~=-]+$/.test(text)) {
      throw new ParameterError("cursor", "is not a cursor of an earlier answer");
    }
    return text;
  }

  /** A digest, the beginning of one (at least six digits), or `unknown`. */
  digest(): string | undefined {
    const text = this.text("digest");
    if (text === undefined || text === "unknown") return text;
    const whole = normalizeDigest(/^[0-9a-f]{64}$/i.test(text) ? `sha256:${text}` : text);
    if (whole !== undefined) return whole;
    if (/^sha256:[0-9a-f]{6,63}$/i.test(text)) return text.toLowerCase();
    throw new ParameterError(
      "digest",
      `${quote(text)} is not sha256: and 64 hexadecimal digits, or the first six or more of them`,
    );
  }

  /** Milliseconds of a time in any form that records may have. */
  time(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const time = parseTime(text);
    if (time === undefined) throw new ParameterError(name, `${quote(text)} is not a time; write RFC 3339 or seconds since 1970`);
    return time;
  }

  /** Milliseconds of a duration: `30s`, or a number of seconds. */
  duration(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : parseDuration(text);
    if (value === undefined || value <= 0)
      throw new ParameterError(name, `${quote(text)} is not a duration; write for example 30s or 5m`);
    return value;
  }

  /** Call last: a parameter nobody asked for is an error, so that a misspelt filter does not return everything. */
  end(): void {
    for (const name of Object.keys(this.#query)) {
      if (!this.#known.has(name)) {
        throw new ParameterError(name, `is not a parameter of this route; it has ${[...this.#known].join(", ") || "none"}`);
      }
    }
  }

  #values(name: string): readonly string[] {
    this.#known.add(name);
    const value = Object.hasOwn(this.#query, name) ? this.#query[name] : undefined;
    const values = Array.isArray(value) ? value : [value];
    return values.filter((one): one is string => typeof one === "string" && one !== "");
  }
}

/** Only the entries that have a value: absent parameters are absent, not undefined. */
export function present<Fields extends Readonly<Record<string, unknown>>>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
