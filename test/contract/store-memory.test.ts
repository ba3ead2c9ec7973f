import { memoryEnvironment } from "./memory-environment.ts";
import { runStoreContract } from "./run-store-contract.ts";

runStoreContract("memory", async () => memoryEnvironment(false));
