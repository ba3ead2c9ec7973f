import { memoryEnvironment } from "./memory-environment.ts";
import { runStoreContract } from "./run-store-contract.ts";

runStoreContract("memory with a directory", async () => memoryEnvironment(true));
