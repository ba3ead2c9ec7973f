import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeByTime } from "../../../src/app/merge-by-time.ts";

async function* streamOf(times: readonly number[], name: string) {
  for (const time of times) yield { time, name };
}

describe("merging by time", () => {
  it("gives everything once, in order, when each stream is in order", async () => {
    const streams = fc.array(fc.array(fc.nat(50)), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(streams, async (lists) => {
        const sorted = lists.map((list) => [...list].sort((a, b) => a - b));
        const merged: number[] = [];
        for await (const { time } of mergeByTime(sorted.map((list, index) => streamOf(list, String(index))))) merged.push(time);
        expect(merged).toEqual(lists.flat().sort((a, b) => a - b));
      }),
    );
  });

  it("takes equal times in the order of the streams: changes are named before events", async () => {
    const names: string[] = [];
    for await (const { name } of mergeByTime([streamOf([5, 7], "changes"), streamOf([5, 6], "events")])) names.push(name);
    expect(names).toEqual(["changes", "events", "events", "changes"]);
  });
});
