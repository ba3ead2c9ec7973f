/** A real cluster of three masters on random loopback ports. */
import { setTimeout as pause } from "node:timers/promises";
import { RedisServer } from "./redis-server.ts";

const SLOTS = 16_384;

export class RedisCluster {
  readonly nodes: readonly RedisServer[];

  private constructor(nodes: readonly RedisServer[]) {
    this.nodes = nodes;
  }

  static async start(): Promise<RedisCluster> {
    const nodes: RedisServer[] = [];
    for (let i = 0; i < 3; i++) nodes.push(await RedisServer.start({ cluster: true, appendOnly: true }));
    const cluster = new RedisCluster(nodes);
    await cluster.#join();
    return cluster;
  }

  get url(): string {
    return `redis+cluster://${this.nodes.map(({ port }) => `127.0.0.1:${port}`).join(",")}`;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  /** Resolves when every node says that all slots are served. */
  async settled(): Promise<void> {
    for (const node of this.nodes) {
      const client = node.client();
      try {
        while (!String(await client.cluster("INFO")).includes("cluster_state:ok")) await pause(50);
      } finally {
        client.disconnect();
      }
    }
  }

  async #join(): Promise<void> {
    const [first] = this.nodes;
    for (const [index, node] of this.nodes.entries()) {
      const client = node.client();
      const from = Math.floor((index * SLOTS) / this.nodes.length);
      const to = Math.floor(((index + 1) * SLOTS) / this.nodes.length) - 1;
      await client.call("CLUSTER", "ADDSLOTSRANGE", from, to);
      await client.call("CLUSTER", "SET-CONFIG-EPOCH", index + 1);
      if (first && node !== first) await client.call("CLUSTER", "MEET", "127.0.0.1", first.port);
      client.disconnect();
    }
    await this.settled();
    // Every node must know all three before a client may ask any of them.
    for (const node of this.nodes) {
      const client = node.client();
      while (!String(await client.cluster("INFO")).includes("cluster_known_nodes:3")) await pause(50);
      client.disconnect();
    }
    await this.settled();
  }
}
