/** The HTTP server's settings, from the configuration. */
import type { Config } from "../../config/schema.ts";
import type { HttpServerOptions } from "../http/options.ts";

const REQUEST_TIMEOUT = 30_000;
const DRAIN_TIMEOUT = 10_000;
const STREAM_CLIENTS = 100;

export function httpOptions(config: Config, webRoot: string | undefined): Omit<HttpServerOptions, "log" | "observe"> {
  const { server, limits } = config;
  return {
    host: server.listen.host,
    port: server.listen.port,
    tokens: server.tokens.map(({ name, token, scopes, cluster }) => ({ name, token: token ?? "", scopes, cluster })),
    tls: server.tls && { cert: server.tls.cert ?? "", key: server.tls.key ?? "", clientCa: server.tls.client_ca },
    allowedHosts: server.allowed_hosts,
    bodyLimit: limits.body,
    inFlightLimit: limits.body * 8,
    requestTimeout: REQUEST_TIMEOUT,
    drainTimeout: DRAIN_TIMEOUT,
    streamClients: STREAM_CLIENTS,
    webRoot,
  };
}
