import { afterEach } from "vitest";
import type { HttpApi, IngestRequest, StreamEvent } from "../../../src/http/api.ts";
import type { HttpServerOptions } from "../../../src/http/options.ts";
import { createHttpServer } from "../../../src/http/server.ts";

type Logged = { readonly fields: Readonly<Record<string, unknown>>; readonly message: string };

const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** A server on a free port, whose API understands JSON objects with a `policy`, one a line; everything else as given. */
export async function startServer(options: Partial<HttpServerOptions> = {}, api: Partial<HttpApi> = {}) {
  const ingested: IngestRequest[] = [];
  const errors: Logged[] = [];
  const listeners = new Set<(event: StreamEvent) => void>();
  const ingest = async (request: IngestRequest) => {
    ingested.push(request);
    return countLines(request.body.toString("utf8"));
  };
  const server = createHttpServer(
    {
      host: "127.0.0.1",
      port: 0,
      tokens: [],
      allowedHosts: [],
      bodyLimit: 1_048_576,
      inFlightLimit: 8_388_608,
      requestTimeout: 30_000,
      drainTimeout: 2_000,
      streamClients: 2,
      log: { warn: () => undefined, error: (fields, message) => void errors.push({ fields, message }) },
      ...options,
    },
    {
      ingestEvents: ingest,
      ingestChanges: ingest,
      metrics: async () => ({ contentType: "text/plain; version=0.0.4", body: "tenfold_up 1\n" }),
      ready: async () => ({ ready: true, checks: [{ name: "store", ok: true }] }),
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      ...api,
    },
  );
  running.push(server);
  const { url, port } = await server.listen();
  return { server, url, port, ingested, errors, listeners };
}

function countLines(text: string) {
  const errors: { index: number; code: "invalid_json"; message: string }[] = [];
  let accepted = 0;
  for (const [index, line] of text
    .split("\n")
    .filter((one) => one.trim() !== "")
    .entries()) {
    if (line.includes('"policy"')) accepted++;
    else errors.push({ index, code: "invalid_json", message: "not understood" });
  }
  return { accepted, duplicates: 0, rejected: errors.length, errors, ignored: new Map<string, number>(), understood: accepted };
}

/** The problem document of an answer; fails when it is not one. */
export async function problem(response: Response): Promise<Record<string, unknown>> {
  const type = response.headers.get("content-type") ?? "";
  if (!type.startsWith("application/problem+json")) throw new Error(`${response.status} is not a problem document but ${type}`);
  return (await response.json()) as Record<string, unknown>;
}
