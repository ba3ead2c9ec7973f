/**
 * The sending half of `bench ingest`, a process of its own: posts the bodies of a file over kept-alive connections and
 * tells its parent what was answered. Messages in: a `SendOrder`; out: a `SendReport`.
 */
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";

export interface SendOrder {
  readonly url: string;
  readonly file: string;
  /** Length of each body in the file, bytes. */
  readonly lengths: readonly number[];
  readonly connections: number;
}

export interface SendReport {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** Wall-clock seconds from the first request to the last answer. */
  readonly seconds: number;
  readonly error?: string;
}

process.on("message", (order: SendOrder) => {
  sendAll(order)
    .catch((error: unknown): SendReport => ({ accepted: 0, duplicates: 0, rejected: 0, seconds: 0, error: String(error) }))
    .then((report) => process.send?.(report))
    .catch(() => process.exit(1));
});

async function sendAll({ url, file, lengths, connections }: SendOrder): Promise<SendReport> {
  const bytes = readFileSync(file);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const bodies: Buffer[] = [];
  let from = 0;
  for (const length of lengths) {
    bodies.push(bytes.subarray(from, from + length));
    from += length;
  }
  const sum = { accepted: 0, duplicates: 0, rejected: 0 };
  let next = 0;
  const begin = performance.now();
  const worker = async () => {
    for (let body = bodies[next++]; body; body = bodies[next++]) {
      const answer = await post(url, body, agent);
      sum.accepted += answer.accepted;
      sum.duplicates += answer.duplicates;
      sum.rejected += answer.rejected;
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const seconds = (performance.now() - begin) / 1000;
  agent.destroy();
  return { ...sum, seconds };
}

function post(url: string, body: Buffer, agent: Agent): Promise<Pick<SendReport, "accepted" | "duplicates" | "rejected">> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/x-ndjson", "content-length": body.length };
    const sent = request(url, { method: "POST", agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => {
        if (response.statusCode === 202) resolve(JSON.parse(text));
        else reject(new Error(`${response.statusCode}: ${text.slice(0, 300)}`));
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
