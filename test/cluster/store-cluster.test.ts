import { redisEnvironment } from "../contract/redis-environment.ts";
import { runStoreContract } from "../contract/run-store-contract.ts";
import { RedisCluster } from "../harness/redis-cluster.ts";

runStoreContract("three-node cluster", async () => {
  const cluster = await RedisCluster.start();
  return redisEnvironment("cluster", cluster.url, () => cluster.stop());
});
