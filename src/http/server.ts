/** The HTTP server: routes as data on one fastify instance, errors as problem documents, shutdown that drains. */
import type { Server as HttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { TenfoldError } from "../domain/errors.ts";
import type { HttpApi } from "./api.ts";
import { createApp } from "./app.ts";
import { EventStreams } from "./event-streams.ts";
import { Guard } from "./guard.ts";
import { isLoopbackAddress } from "./loopback.ts";
import type { HttpServerOptions, ReloadableOptions } from "./options.ts";
import { alertRoutes } from "./routes/alerts.ts";
import { chartRoutes } from "./routes/charts.ts";
import { deliveryRoutes } from "./routes/deliveries.ts";
import { ingestRoutes } from "./routes/ingest.ts";
import { pageRoutes } from "./routes/page.ts";
import { seriesRoutes } from "./routes/series.ts";
import { silenceRoutes } from "./routes/silences.ts";
import { slackRoutes } from "./routes/slack.ts";
import { streamRoutes } from "./routes/stream.ts";
import { systemRoutes } from "./routes/system.ts";
import { tlsOptions } from "./tls.ts";

export interface HttpServer {
  /** Binds. Rejects with `invalid_configuration` on an address that needs tokens when there are none. */
  listen(): Promise<{ readonly host: string; readonly port: number; readonly url: string }>;
  /** New tokens and certificates, from the next request on. Throws without effect when a certificate is not usable. */
  reload(options: ReloadableOptions): void;
  /** No new requests, streams end, requests under way finish within `drainTimeout`. Safe to call twice. */
  close(): Promise<void>;
}

export function createHttpServer(options: HttpServerOptions, api: HttpApi): HttpServer {
  const guard = new Guard(options.tokens, options.allowedHosts);
  const streams = new EventStreams(options.streamClients);
  const routes = [
    ...ingestRoutes(api),
    ...alertRoutes(api),
    ...chartRoutes(api),
    ...silenceRoutes(api),
    ...slackRoutes(api),
    ...deliveryRoutes(api),
    ...seriesRoutes(api),
    ...streamRoutes(api, streams),
    ...systemRoutes(api),
    ...pageRoutes(options.webRoot),
  ];
  const { app, shutDown } = createApp(options, guard, routes);
  let closing: Promise<void> | undefined;

  return {
    async listen() {
      const loopback = options.host === "localhost" || isLoopbackAddress(options.host);
      refuseOpen(loopback, guard.open, options.host);
      await app.listen({ host: options.host, port: options.port });
      const { address, port } = app.server.address() as AddressInfo;
      const name = address.includes(":") ? `[${address}]` : address;
      return { host: address, port, url: `${options.tls ? "https" : "http"}://${name}:${port}` };
    },
    reload(next) {
      const loopback = options.host === "localhost" || isLoopbackAddress(options.host);
      refuseOpen(loopback, next.tokens.length === 0, options.host);
      if (next.tls && options.tls) (app.server as unknown as HttpsServer).setSecureContext(tlsOptions(next.tls));
      guard.setTokens(next.tokens);
    },
    close() {
      closing ??= drain();
      return closing;
    },
  };

  async function drain(): Promise<void> {
    shutDown();
    streams.closeAll();
    const force = setTimeout(() => app.server.closeAllConnections(), options.drainTimeout);
    try {
      await app.close();
    } finally {
      clearTimeout(force);
    }
  }
}

function refuseOpen(loopback: boolean, open: boolean, host: string): void {
  if (loopback || !open) return;
  throw new TenfoldError(
    "invalid_configuration",
    `server.listen: without tokens the server listens on loopback addresses only, not on ${host}`,
  );
}
