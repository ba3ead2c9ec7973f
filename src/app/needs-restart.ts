/** What a reload cannot take over. */
import { isDeepStrictEqual } from "node:util";
import type { Config } from "../../config/schema.ts";

/** Settings that are read once, at the start, by the name they have in the file. */
const READ_ONCE: Readonly<Record<string, (config: Config) => unknown>> = {
  cluster: ({ cluster }) => cluster,
  "server.listen": ({ server }) => server.listen,
  "server.external_url": ({ server }) => server.external_url,
  "server.allowed_hosts": ({ server }) => server.allowed_hosts,
  "server.tls": ({ server }) => server.tls === undefined,
  store: ({ store }) => store,
  buckets: ({ buckets }) => buckets,
  limits: ({ limits }) => limits,
  "regimes.match": ({ regimes }) => regimes.map(({ name, match }) => [name, match]),
  "delivery.horizon": ({ delivery }) => delivery.horizon,
  audit: ({ audit }) => audit,
  sources: ({ sources }) => sources,
  log: ({ log }) => log,
};

/** Names of the settings that differ between two configurations and take effect only at the next start. */
export function needingRestart(running: Config, wanted: Config): readonly string[] {
  return Object.entries(READ_ONCE).flatMap(([name, of]) => (isDeepStrictEqual(of(running), of(wanted)) ? [] : [name]));
}
