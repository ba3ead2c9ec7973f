import { describe, expect, it } from "vitest";
import type { Silence } from "../../../src/alerting/routing/silences.ts";
import { SilenceWatch } from "../../../src/app/silence-watch.ts";

const T0 = Date.UTC(2026, 10, 23, 10);
const MINUTE = 60_000;

function silence(id: string, end: number): Silence {
  const endsAt = new Date(end).toISOString();
  return { id, matchers: [], startsAt: new Date(T0).toISOString(), endsAt, createdBy: "ada", comment: "c" };
}

const ids = (silences: readonly Silence[]): readonly string[] => silences.map(({ id }) => id);

describe("silences that run out", () => {
  it("are told once, when their time is over", () => {
    const watch = new SilenceWatch();
    const list = [silence("a", T0 + MINUTE), silence("b", T0 + 2 * MINUTE)];
    expect(ids(watch.expired(list, T0))).toEqual([]);
    expect(ids(watch.expired(list, T0 + MINUTE))).toEqual(["a"]);
    expect(ids(watch.expired(list, T0 + 3 * MINUTE))).toEqual(["b"]);
    expect(ids(watch.expired(list, T0 + 4 * MINUTE))).toEqual([]);
  });

  it("are told also when they were dropped from the list meanwhile, or are shorter than a look", () => {
    const watch = new SilenceWatch();
    watch.expired([silence("a", T0 + MINUTE)], T0);
    watch.add(silence("b", T0 + 1_000));
    expect(ids(watch.expired([silence("b", T0 + 1_000)], T0 + 2 * MINUTE))).toEqual(["a", "b"]);
  });

  it("are not those that were ended by hand, nor those that were over before they were seen", () => {
    const watch = new SilenceWatch();
    watch.expired([silence("a", T0 + 10 * MINUTE), silence("c", T0 + 3 * MINUTE)], T0);
    watch.expired([silence("a", T0 + MINUTE), silence("c", T0 + 2 * MINUTE)], T0 + MINUTE);
    const later = [silence("a", T0 + MINUTE), silence("old", T0 - MINUTE), silence("c", T0 + 90_000)];
    expect(ids(watch.expired(later, T0 + 11 * MINUTE))).toEqual([]);
  });
});
