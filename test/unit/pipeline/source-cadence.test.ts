import { describe, expect, it } from "vitest";
import { type CadencePolicy, SourceCadence } from "../../../src/pipeline/source-cadence.ts";
import { RandomStream } from "../../../src/simulation/random.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const T0 = Date.UTC(2026, 10, 2);
const learning: CadencePolicy = { expect: [], learnAfter: 7 * DAY };
const falco = (lost = 0, clusters: readonly string[] = []) => new Map([["falco", { clusters: new Set(clusters), lost }]]);

/** Sends every `every` milliseconds, looked after every ten seconds as the daemon does. */
function send(cadence: SourceCadence, from: number, to: number, every: number): void {
  for (let at = from; at <= to; at += 10_000) {
    cadence.look(at);
    if ((at - from) % every === 0) cadence.note(falco(), at);
  }
}

function look(cadence: SourceCadence, from: number, to: number): void {
  for (let at = from; at <= to; at += 10_000) cadence.look(at);
}

describe("the cadence of sources", () => {
  it("expects a source to go on as it did, once it is known for a week", () => {
    const cadence = new SourceCadence(T0);
    send(cadence, T0, T0 + 8 * DAY, 20 * MINUTE);
    look(cadence, T0 + 8 * DAY, T0 + 8 * DAY + HOUR);
    expect(cadence.quiet(learning, T0 + 8 * DAY + HOUR)).toEqual([]);
    look(cadence, T0 + 8 * DAY + HOUR, T0 + 8 * DAY + HOUR + MINUTE);
    // Three times the longest silence, which was 20 minutes.
    expect(cadence.quiet(learning, T0 + 8 * DAY + HOUR + MINUTE)).toEqual([
      { subject: "falco", lastAt: T0 + 8 * DAY, quietFor: HOUR + MINUTE, limit: HOUR, learned: true },
    ]);
    cadence.note(falco(), T0 + 8 * DAY + 2 * HOUR);
    expect(cadence.quiet(learning, T0 + 8 * DAY + 2 * HOUR)).toEqual([]);
  });

  it("says nothing of a source that is known for less, nor of one that sends seldom", () => {
    const young = new SourceCadence(T0);
    send(young, T0, T0 + 2 * DAY, MINUTE);
    look(young, T0 + 2 * DAY, T0 + 3 * DAY);
    expect(young.quiet(learning, T0 + 3 * DAY)).toEqual([]);
    const seldom = new SourceCadence(T0);
    send(seldom, T0, T0 + 20 * DAY, 10 * HOUR);
    look(seldom, T0 + 20 * DAY, T0 + 27 * DAY);
    expect(seldom.quiet(learning, T0 + 27 * DAY)).toEqual([]);
  });

  it.each([3, 11, 42, 77])("raises no false alarm in ten quiet weeks of chance and of nights (seed %i)", (seed) => {
    const random = new RandomStream(["cadence", seed]);
    const cadence = new SourceCadence(T0);
    let next = T0;
    const alarms: number[] = [];
    for (let at = T0; at < T0 + 70 * DAY; at += 30_000) {
      cadence.look(at);
      if (at >= next) {
        cadence.note(falco(), at);
        // A violation in ten minutes by day, one in forty at night; at random.
        const night = at % DAY < 7 * HOUR;
        next = at + random.exponential((night ? 40 : 10) * MINUTE);
      }
      if (cadence.quiet(learning, at).length > 0) alarms.push(at);
    }
    expect(alarms).toEqual([]);
  });

  it("does not take its own absence for a silence", () => {
    const before = new SourceCadence(T0);
    send(before, T0, T0 + 8 * DAY, 10 * MINUTE);
    const back = T0 + 9 * DAY;
    const after = new SourceCadence(back);
    after.merge(before.encode());
    after.look(back);
    expect(after.quiet(learning, back + 20 * MINUTE)).toMatchObject([{ subject: "falco", unsure: true }]);
    look(after, back, back + 31 * MINUTE);
    expect(after.quiet(learning, back + 31 * MINUTE)).toMatchObject([
      { subject: "falco", quietFor: 31 * MINUTE, limit: 30 * MINUTE },
    ]);
    // Nor does it learn from it.
    after.note(falco(), back + 32 * MINUTE);
    look(after, back + 32 * MINUTE, back + 60 * MINUTE);
    expect(JSON.parse(after.encode()).seen[0][1].gap).toBe(30 * MINUTE);
  });

  it("knows what another daemon saw", () => {
    const one = new SourceCadence(T0);
    const two = new SourceCadence(T0);
    send(one, T0, T0 + 8 * DAY, MINUTE);
    look(two, T0, T0 + 8 * DAY);
    two.merge(one.encode());
    look(two, T0 + 8 * DAY, T0 + 8 * DAY + 40 * MINUTE);
    expect(two.quiet(learning, T0 + 8 * DAY + 40 * MINUTE)).toHaveLength(1);
    one.note(falco(), T0 + 8 * DAY + 41 * MINUTE);
    two.merge(one.encode());
    two.merge("not json");
    two.merge(undefined);
    expect(two.quiet(learning, T0 + 8 * DAY + 42 * MINUTE)).toEqual([]);
  });

  it("tells by what a person expects, per cluster too, from the first moment on", () => {
    const expectations: CadencePolicy = {
      expect: [
        { source: "falco", cluster: "east", every: 10 * MINUTE },
        { source: "hubble", every: 5 * MINUTE },
      ],
      learnAfter: Number.POSITIVE_INFINITY,
    };
    const cadence = new SourceCadence(T0);
    cadence.note(falco(0, ["west"]), T0 + MINUTE);
    look(cadence, T0, T0 + 11 * MINUTE);
    cadence.note(falco(0, ["west"]), T0 + 11 * MINUTE);
    const subjects = () => cadence.quiet(expectations, T0 + 11 * MINUTE).map(({ subject, lastAt }) => [subject, lastAt]);
    expect(subjects()).toEqual([
      ["falco in east", undefined],
      ["hubble", undefined],
    ]);
    cadence.note(falco(0, ["east"]), T0 + 11 * MINUTE);
    expect(subjects()).toEqual([["hubble", undefined]]);
  });

  it("sums what a source says it lost until it has lost nothing for ten minutes", () => {
    const cadence = new SourceCadence(T0);
    expect(cadence.lossy(T0)).toEqual([]);
    cadence.note(falco(5), T0);
    cadence.note(falco(7), T0 + 5 * MINUTE);
    cadence.note(falco(), T0 + 6 * MINUTE);
    expect(cadence.lossy(T0 + 6 * MINUTE)).toEqual([{ subject: "falco", lostAt: T0 + 5 * MINUTE, lost: 12 }]);
    expect(cadence.lossy(T0 + 15 * MINUTE)).toEqual([]);
    cadence.note(falco(1), T0 + HOUR);
    expect(cadence.lossy(T0 + HOUR)).toEqual([{ subject: "falco", lostAt: T0 + HOUR, lost: 1 }]);
  });
});
