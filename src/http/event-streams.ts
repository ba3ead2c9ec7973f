/** Open server-sent event streams: keep-alive, slow clients, and the end of all of them at shutdown. */
import type { ServerResponse } from "node:http";
import type { StreamEvent } from "./api.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

/** Proxies close connections that are silent for a minute; comments keep them open. */
const KEEP_ALIVE_MILLISECONDS = 15_000;
/** A client this many bytes behind is dropped: it reconnects and asks for what it missed. */
const MAX_BACKLOG_BYTES = 1_048_576;
/** What clients wait before they reconnect. */
const RETRY_MILLISECONDS = 3_000;

type Subscribe = (listener: (event: StreamEvent) => void) => () => void;

export class EventStreams {
  readonly #limit: number;
  readonly #open = new Set<ServerResponse>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get full(): boolean {
    return this.#open.size >= this.#limit;
  }

  /** Takes over the response until the client leaves, falls behind, or `closeAll` is called. */
  open(response: ServerResponse, subscribe: Subscribe): void {
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      // Asks nginx not to collect the events.
      "x-accel-buffering": "no",
    });
    response.write(`retry: ${RETRY_MILLISECONDS}\n\n`);
    this.#open.add(response);
    const keepAlive = setInterval(() => this.#write(response, ": keep-alive\n\n"), KEEP_ALIVE_MILLISECONDS);
    keepAlive.unref();
    let unsubscribe: (() => void) | undefined;
    response.once("close", () => {
      clearInterval(keepAlive);
      this.#open.delete(response);
      unsubscribe?.();
    });
    unsubscribe = subscribe((event) => this.#write(response, formatEvent(event)));
  }

  closeAll(): void {
    for (const response of this.#open) response.end();
  }

  #write(response: ServerResponse, text: string): void {
    if (response.destroyed || response.writableEnded) return;
    response.write(text);
    if (response.writableLength > MAX_BACKLOG_BYTES) response.destroy();
  }
}

/** One event in the format of the WHATWG: JSON has no line breaks, so one data line is enough. */
function formatEvent({ id, event, data }: StreamEvent): string {
  const safe = (text: string) => text.replaceAll(/[\r\n\0]/g, "");
  return `${id === undefined ? "" : `id: ${safe(id)}\n`}event: ${safe(event)}\ndata: ${JSON.stringify(data)}\n\n`;
}
