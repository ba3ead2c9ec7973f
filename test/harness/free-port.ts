import { createServer } from "node:net";

/** A loopback port nobody listens on at the moment, at most `highest` (a cluster node also needs its port + 10000). */
export async function freePort(highest = 65_535): Promise<number> {
  for (;;) {
    const port = await new Promise<number>((resolve, reject) => {
      const server = createServer();
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
      });
    });
    if (port <= highest) return port;
    // The system hands out high ports only: fold them into the allowed range and see whether they are free there.
    const folded = 10_000 + (port % (highest - 10_000));
    if (await isFree(folded)) return folded;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
