import { z } from "zod";
import { count, duration, name, size, url } from "../scalars.ts";
import { needsSecret, secret } from "../secrets.ts";

export const SCOPES = ["ingest", "read", "operate"] as const;

const ADDRESS = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]]*)):(\d{1,5})$/;

/** `host:port`, `:port` (all addresses) or `[::1]:port`. Port 0 takes a free one. */
export function parseAddress(text: string): { readonly host: string; readonly port: number } | undefined {
  const match = ADDRESS.exec(text.trim());
  const port = Number(match?.[3]);
  if (!match || port > 65_535) return undefined;
  return { host: match[1] ?? (match[2] || "0.0.0.0"), port };
}

const listen = z
  .string()
  .transform((text, context) => {
    const address = parseAddress(text);
    if (address) return address;
    context.addIssue({
      code: "custom",
      message: `${JSON.stringify(text)} is not a listen address`,
      params: { suggestion: "write host:port, for example 127.0.0.1:8686 or [::1]:8686" },
    });
    return z.NEVER;
  })
  .meta({ description: "Address to listen on, host:port. Any address but loopback needs tokens.", examples: ["127.0.0.1:8686"] });

function isWithoutLogin(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { username, password } = new URL(text);
  return username === "" && password === "";
}

const token = z
  .strictObject({
    name: name("Who uses the token; named in logs and as the author of acknowledgements."),
    ...secret("token", "The bearer token."),
    scopes: z
      .array(z.enum(SCOPES))
      .min(1)
      .describe(
        "What it may do: ingest (send events and changes), read (see everything), operate (acknowledge, silence, reload).",
      ),
    cluster: z.string().min(1).optional().describe("Cluster of records sent with this token that do not name one."),
  })
  .superRefine(needsSecret("token"));

const tls = z
  .strictObject({
    ...secret("cert", "Certificate chain, PEM."),
    ...secret("key", "Private key, PEM."),
    ...secret("client_ca", "Certificate authority of clients, PEM. When given, clients must show a certificate of it."),
  })
  .superRefine(needsSecret("cert"))
  .superRefine(needsSecret("key"));

export const serverSection = z
  .strictObject({
    listen: listen.prefault("127.0.0.1:8686"),
    external_url: z
      .union([z.literal(""), url("")])
      .refine((text) => text === "" || isWithoutLogin(text), "no user or password: every message shows this address")
      .transform((text) => text.replace(/\/+$/, ""))
      .describe("Public base URL of this installation, for links in messages. Empty: http:// and the listen address.")
      .prefault(""),
    tokens: z.array(token).describe("Bearer tokens. Without any, only loopback addresses are served.").default([]),
    tls: tls.optional().describe("Serve HTTPS. Without it, HTTP."),
    allowed_hosts: z
      .array(z.string().min(1))
      .describe("Further host names under which a server without tokens may be addressed (protection from DNS rebinding).")
      .default([]),
    request_timeout: duration("Longest time to receive one request.", 1000).prefault("30s"),
    drain_timeout: duration("At shutdown, longest time for requests under way.").prefault("10s"),
    stream_clients: count("Most clients of the live stream at once.").default(100),
  })
  .describe("The HTTP server.");

export const limitsSection = z
  .strictObject({
    series: count("Most series counted; further ones are refused with series_limit.").default(1_000_000),
    body: size("Largest request body, after decompression.").prefault("32MiB"),
    record: size("Largest single record.").prefault("1MiB"),
    in_flight: size("Most bytes of request bodies held at once; beyond it senders get 429 and retry.").prefault("256MiB"),
    errors: count("Most rejected records described in one answer.", 0).default(100),
  })
  .describe("Limits that keep one sender from harming the others.");
