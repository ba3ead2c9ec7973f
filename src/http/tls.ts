import type { SecureContextOptions } from "node:tls";
import type { TlsOption } from "./options.ts";

/** Options of node's TLS: 1.2 or newer, client certificates when an authority is given. */
export function tlsOptions(tls: TlsOption): SecureContextOptions & { requestCert: boolean; rejectUnauthorized: boolean } {
  const clients = tls.clientCa !== undefined;
  return {
    cert: tls.cert,
    key: tls.key,
    ...(tls.clientCa === undefined ? {} : { ca: tls.clientCa }),
    minVersion: "TLSv1.2",
    requestCert: clients,
    rejectUnauthorized: clients,
  };
}
