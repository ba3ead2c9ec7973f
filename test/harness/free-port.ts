import { createServer } from "node:net";

/**
 * Below what systems give to outgoing connections (from 32768 on Linux, from 49152 elsewhere), so that nobody's connection
 * takes the port of a server that is down for a moment. A cluster node also needs its port + 10000.
 */
const LOWEST = 11_000;
const PAIRS = 5_000;

/** Each worker of the test runner has ports of its own, even or odd: there are two at most. */
const WORKER = Number(process.env.VITEST_POOL_ID ?? 0) % 2;
let given = (process.pid * 37) % PAIRS;

/** A loopback port that nobody listens on, and that is not given to anybody else for some thousand more. */
export async function freePort(): Promise<number> {
  for (;;) {
    given = (given + 1) % PAIRS;
    const port = LOWEST + 2 * given + WORKER;
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
