/** The sending half of `bench ingest`. */
import { type Agent, request } from "node:http";

export interface Sent {
  readonly accepted: number;
  /** Wall-clock seconds from the first request to the last answer. */
  readonly seconds: number;
}

/** Posts bodies over kept-alive connections, `connections` at a time; rejects unless every one is taken. */
export async function sendAll(url: string, bodies: readonly Buffer[], agent: Agent, connections: number): Promise<Sent> {
  let next = 0;
  let accepted = 0;
  const begin = performance.now();
  const work = async () => {
    for (let body = bodies[next++]; body; body = bodies[next++]) {
      const taken = await post(url, body, agent);
      accepted += taken;
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  return { accepted, seconds: (performance.now() - begin) / 1000 };
}

function post(url: string, body: Buffer, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/x-ndjson", "content-length": body.length };
    const sent = request(url, { method: "POST", agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => {
        if (response.statusCode === 202) resolve((JSON.parse(text) as { readonly accepted: number }).accepted);
        else reject(new Error(`${response.statusCode}: ${text.slice(0, 300)}`));
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
