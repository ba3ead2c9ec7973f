import { RedisServer } from "../harness/redis-server.ts";
import { redisEnvironment } from "./redis-environment.ts";
import { runStoreContract } from "./run-store-contract.ts";

runStoreContract("redis", async () => {
  const server = await RedisServer.start();
  return redisEnvironment("redis", server.url, () => server.stop());
});
