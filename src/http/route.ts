/** A route as data: what it takes, who may use it, and the function that answers. */
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { TenfoldError } from "../domain/errors.ts";
import type { Caller } from "./guard.ts";
import type { Scope } from "./options.ts";

export interface RouteRequest {
  readonly params: Readonly<Record<string, string>>;
  /** Undecided: read it with a QueryReader. */
  readonly query: unknown;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed; empty when there was none. */
  readonly body: Buffer;
  readonly caller: Caller;
}

export type Answer =
  /** Sent as JSON. */
  | { readonly status: number; readonly json: unknown }
  | { readonly status: number; readonly bytes: string | Buffer; readonly headers: Readonly<Record<string, string>> }
  /** The route writes the response itself, headers and all. */
  | { readonly takeOver: (response: ServerResponse) => void };

export interface Route {
  readonly method: "GET" | "POST" | "DELETE";
  /** With parameters as `:name`. */
  readonly path: string;
  /** Scope a token needs; undefined: none. */
  readonly scope: Scope | undefined;
  /** `large`: up to the configured limit; `medium`: a message of somebody else; otherwise bodies are small. */
  readonly body?: "large" | "medium";
  handle(request: RouteRequest): Promise<Answer>;
}

/** A method of the API that may be absent: answers 501 then. */
export function built<Method>(method: Method | undefined): Method {
  if (method === undefined) throw new TenfoldError("not_built", "this route is specified but not built in this version");
  return method;
}

/** What was looked for, or 404. */
export function found<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new TenfoldError("not_found", `there is no ${what}`);
  return value;
}
