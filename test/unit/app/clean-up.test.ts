import { describe, expect, it } from "vitest";
import { CleanUp } from "../../../src/app/clean-up.ts";

describe("clean-up", () => {
  it("runs the newest step first, and a failing one stops no other", async () => {
    const order: string[] = [];
    const cleanUp = new CleanUp();
    cleanUp.add("store", () => void order.push("store"));
    cleanUp.add("broken", () => Promise.reject(new Error("no")));
    cleanUp.add("http", () => void order.push("http"));
    const failures = await cleanUp.run(1_000);
    expect(order).toEqual(["http", "store"]);
    expect(failures.map((failure) => failure.name)).toEqual(["broken"]);
  });

  it("gives up a step that does not end, and runs once only", async () => {
    let runs = 0;
    const cleanUp = new CleanUp();
    cleanUp.add("stuck", () => {
      runs++;
      return new Promise(() => undefined);
    });
    expect((await cleanUp.run(5)).map((failure) => failure.name)).toEqual(["stuck"]);
    await cleanUp.run(5);
    expect(runs).toBe(1);
  });
});
