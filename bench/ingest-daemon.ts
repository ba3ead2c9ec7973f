/**
 * The measured half of `bench ingest`, a process of its own: a daemon, and bare `JSON.parse` of the same bytes. It is
 * told what to do by messages, each answered by one `DaemonAnswer`.
 */
import { readFileSync } from "node:fs";
import { type BenchDaemon, startDaemon } from "./bench-daemon.ts";
import { knownPods } from "./ingest-records.ts";
import { processorSeconds, quickest } from "./measure.ts";

export type DaemonOrder =
  | { readonly do: "start"; readonly storeUrl: string }
  /** Parses a file of NDJSON, line by line, several times. */
  | { readonly do: "parse"; readonly file: string }
  | { readonly do: "look" }
  | { readonly do: "stop" };

export interface DaemonAnswer {
  readonly url?: string;
  /** Processor seconds of the quickest pass over the file. */
  readonly parseSeconds?: number;
  /** Processor seconds of this process so far, all threads. */
  readonly processorSeconds: number;
  readonly error?: string;
}

const PASSES = 5;

let running: BenchDaemon | undefined;

process.on("message", (order: DaemonOrder) => {
  obey(order)
    .catch((error: unknown): DaemonAnswer => ({ processorSeconds: 0, error: String(error) }))
    .then((answer) => {
      process.send?.(answer);
      if (order.do === "stop") process.disconnect();
    })
    .catch(() => process.exit(1));
});

async function obey(order: DaemonOrder): Promise<DaemonAnswer> {
  switch (order.do) {
    case "start":
      running = await startDaemon(order.storeUrl);
      await running.daemon.engine.feed.append(knownPods(Date.now()));
      return { url: running.url, processorSeconds: processorSeconds() };
    case "parse":
      return { parseSeconds: parseFile(order.file), processorSeconds: processorSeconds() };
    case "look":
      return { processorSeconds: processorSeconds() };
    case "stop":
      await running?.stop();
      return { processorSeconds: processorSeconds() };
  }
}

/** Reading and splitting is not counted, only `JSON.parse` of each line. */
function parseFile(file: string): number {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return quickest(PASSES, () => {
    for (const line of lines) JSON.parse(line);
  });
}
