import { afterAll, beforeAll, describe, it } from "vitest";
import { CONTRACT_OPTIONS, STORE_CONTRACT } from "./store-contract.ts";
import type { StoreEnvironment } from "./store-environment.ts";

/** Registers one test per definition. The environment is started once, each test gets an empty store. */
export function runStoreContract(name: string, start: () => Promise<StoreEnvironment>): void {
  describe(`store contract: ${name}`, () => {
    let environment: StoreEnvironment;
    beforeAll(async () => {
      environment = await start();
    });
    afterAll(() => environment?.stop());
    for (const { name: promise, holds } of STORE_CONTRACT) {
      it(promise, async () => {
        const open = await environment.fresh(CONTRACT_OPTIONS);
        try {
          await holds(open);
        } finally {
          await open.close();
        }
      });
    }
  });
}
