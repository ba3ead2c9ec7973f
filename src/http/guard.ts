/**
 * Who may do what. With tokens, each request needs one with the scope of its route. Without tokens, only this machine is
 * served: the socket must be a loopback one, and the Host header must name it, so that no web page can reach the server
 * under a name of its own (DNS rebinding) or send it requests from another origin.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { TenfoldError } from "../domain/errors.ts";
import { hostName, isLoopbackAddress, isLoopbackName } from "./loopback.ts";
import type { Scope, TokenOption } from "./options.ts";
import { type BodySignature, isSignedBy, signatureOf } from "./signed-body.ts";

/** Who sent the request, as far as known. */
export interface Caller {
  readonly name: string | undefined;
  readonly cluster: string | undefined;
  /** Who it is shows only when the body was read: `checkSigned` must be called then. */
  readonly signed?: BodySignature;
}

const NOBODY: Caller = { name: undefined, cluster: undefined };

export class Guard {
  readonly #allowedHosts: ReadonlySet<string>;
  #tokens: readonly { readonly hash: Buffer; readonly option: TokenOption }[] = [];

  constructor(tokens: readonly TokenOption[], allowedHosts: readonly string[]) {
    this.#allowedHosts = new Set(allowedHosts.map((host) => host.toLowerCase()));
    this.setTokens(tokens);
  }

  get open(): boolean {
    return this.#tokens.length === 0;
  }

  setTokens(tokens: readonly TokenOption[]): void {
    this.#tokens = tokens.map((option) => ({ hash: sha256(option.token), option }));
  }

  /** Throws `unauthorized` or `forbidden`. `scope` undefined: everybody who may reach the server at all. */
  check(request: FastifyRequest, scope: Scope | undefined): Caller {
    if (request.method !== "GET" && request.method !== "HEAD") checkOrigin(request);
    if (this.open) {
      this.#checkLocal(request);
      return NOBODY;
    }
    if (scope === undefined) return NOBODY;
    const { authorization } = request.headers;
    const signed = scope === "ingest" && authorization === undefined ? signatureOf(request.headers) : undefined;
    if (signed !== undefined) return { ...NOBODY, signed };
    const option = this.#find(authorization);
    if (!option.scopes.includes(scope)) {
      throw new TenfoldError("forbidden", `the token ${JSON.stringify(option.name)} does not have the scope ${scope}`);
    }
    return { name: option.name, cluster: option.cluster };
  }

  /**
   * Whose secret signed the body: the token itself is the secret, and only one with the scope `ingest` counts. Throws
   * `unauthorized`.
   */
  checkSigned(signed: BodySignature, body: Buffer): Caller {
    let found: TokenOption | undefined;
    for (const { option } of this.#tokens) {
      if (option.scopes.includes("ingest") && isSignedBy(option.token, signed, body)) found = option;
    }
    if (found === undefined) throw new TenfoldError("unauthorized", "the body is not signed with a token of the scope ingest");
    return { name: found.name, cluster: found.cluster };
  }

  #find(header: string | undefined): TokenOption {
    const given = /^Bearer +(\S+) *$/i.exec(header ?? "")?.[1];
    if (given === undefined) throw new TenfoldError("unauthorized", "a bearer token is needed");
    const hash = sha256(given);
    // All tokens are compared, in constant time, so that the time taken tells nothing about any of them.
    let found: TokenOption | undefined;
    for (const token of this.#tokens) if (timingSafeEqual(token.hash, hash)) found = token.option;
    if (found === undefined) throw new TenfoldError("unauthorized", "the bearer token is not known");
    return found;
  }

  #checkLocal(request: FastifyRequest): void {
    if (!isLoopbackAddress(request.socket.remoteAddress)) {
      throw new TenfoldError("forbidden", "without tokens only loopback addresses are served");
    }
    const host = hostName(request.headers.host);
    if (host === undefined || !(isLoopbackName(host) || this.#allowedHosts.has(host))) {
      throw new TenfoldError(
        "forbidden",
        "without tokens the server must be addressed as localhost, or by a name of server.allowed_hosts",
      );
    }
  }
}

/** Browsers say where a request comes from; another site must not change anything here. */
function checkOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers;
  if (request.headers["sec-fetch-site"] === "cross-site")
    throw new TenfoldError("forbidden", "requests from other sites are refused");
  if (origin === undefined) return;
  const from = URL.canParse(origin) ? new URL(origin).host : undefined;
  if (from !== host?.toLowerCase()) throw new TenfoldError("forbidden", "requests from other origins are refused");
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
