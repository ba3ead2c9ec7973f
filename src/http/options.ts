/** How the HTTP server is set up; filled from the configuration by the composition root. Times in milliseconds. */

export type Scope = "ingest" | "read" | "operate";

export interface TokenOption {
  readonly name: string;
  readonly token: string;
  readonly scopes: readonly Scope[];
  /** Cluster of records that do not name one. */
  readonly cluster?: string | undefined;
}

export interface TlsOption {
  readonly cert: string;
  readonly key: string;
  /** When given, clients must show a certificate of this authority. */
  readonly clientCa?: string | undefined;
}

/** A logger with pino's calling convention; pino's own satisfies it. */
export interface HttpLog {
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface HttpServerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly tokens: readonly TokenOption[];
  readonly tls?: TlsOption | undefined;
  /** Host names besides loopback ones under which a server without tokens may be addressed. */
  readonly allowedHosts: readonly string[];
  /** Largest body after decompression, bytes. */
  readonly bodyLimit: number;
  /** Most bytes of bodies held at once. */
  readonly inFlightLimit: number;
  readonly requestTimeout: number;
  readonly drainTimeout: number;
  readonly streamClients: number;
  /** Folder of the web page; undefined: there is none. */
  readonly webRoot?: string | undefined;
  readonly log: HttpLog;
  /** Called after each answer. `route` is the pattern, e.g. `/v1/alerts/:id`, or `unknown`. */
  readonly observe?: (request: {
    readonly route: string;
    readonly method: string;
    readonly status: number;
    readonly seconds: number;
  }) => void;
}

/** What may change while the server runs. */
export type ReloadableOptions = Pick<HttpServerOptions, "tokens" | "tls">;
