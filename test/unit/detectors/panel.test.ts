import { describe, expect, test } from "vitest";
import { createPanel, type PanelState } from "../../../detectors/index.ts";
import { DAY, feed, HOUR, MINUTE, OPTIONS, START } from "./series.ts";

const panel = createPanel(OPTIONS);
const steady = (rate: number) => () => rate;
const raised = (rate: number, ratio: number, from: number, to: number) => (time: number) =>
  rate * (time >= from && time < to ? ratio : 1);

function learned(rate: number, days: number, seed: number, width = MINUTE): PanelState {
  const { state } = feed(panel, undefined, { from: START, to: START + days * DAY, width, rate: steady(rate), seed });
  if (!state) throw new Error("nothing happened");
  return state;
}

describe("a series without any prior", () => {
  test("learns for twelve hours, then judges", () => {
    const early = feed(panel, undefined, { from: START, to: START + 11 * HOUR, width: MINUTE, rate: steady(2), seed: 1 });
    const sample = { at: START + 11 * HOUR, width: MINUTE, count: 2, clipped: 2, exposure: 60 };
    const warming = panel.step(early.state, sample).verdict;
    expect(warming.phase).toBe("warming");
    expect(warming.gates.map((gate) => [gate.name, gate.passed])).toEqual([["learned-minutes", false]]);
    expect(panel.expect(panel.step(early.state, sample).state, sample.at, sample.at + MINUTE, 1)).toBeUndefined();
    const later = panel.step(early.state, { ...sample, at: START + 12 * HOUR + MINUTE });
    expect(later.verdict.phase).toBe("quiet");
  });

  test("an incident of the hour in which learning ends is found, and is not learned", () => {
    for (const begin of [START + 11.5 * HOUR, START + 12 * HOUR]) {
      const rate = raised(1, 30, begin, begin + HOUR);
      const day = feed(panel, undefined, { from: START, to: START + 16 * HOUR, width: MINUTE, rate, seed: 18 });
      const [opened] = day.transitions;
      expect(opened?.verdict.transition).toBe("opened");
      expect(Math.abs((opened?.verdict.onsetAt ?? 0) - begin)).toBeLessThanOrEqual(2 * MINUTE);
      const after = day.state && panel.expect(day.state, START + 16 * HOUR, START + 17 * HOUR, 1);
      // 60 an hour; 1800 of the incident would more than triple what 14 hours of it have taught.
      expect(after?.mean).toBeLessThan(90);
    }
  });

  test("the expectation is near the truth and below its upper limit, at any share", () => {
    const state = learned(2, 4, 2);
    const whole = panel.expect(state, START + 4 * DAY, START + 4 * DAY + HOUR, 1);
    const part = panel.expect(state, START + 4 * DAY, START + 4 * DAY + HOUR, 0.25);
    // 120 events an hour; 4 days of Poisson(2) give about 2 %, season smoothing up to 20 % on single hours.
    expect(whole?.mean).toBeGreaterThan(96);
    expect(whole?.mean).toBeLessThan(144);
    expect(whole?.upper).toBeGreaterThan(1.2 * (whole?.mean ?? 0) - 1e-9);
    expect(part?.mean).toBeCloseTo((whole?.mean ?? 0) / 4, 9);
  });
});

describe("a tenfold rate", () => {
  test("rate 1, ten-second buckets: alarm, onset, size, members and gates; then resolved", () => {
    const state = learned(1, 3, 3, 10_000);
    const onset = START + 3 * DAY + 10 * HOUR;
    const span = { from: START + 3 * DAY, to: onset + 4 * HOUR, width: 10_000, seed: 4 };
    const { transitions } = feed(panel, state, { ...span, rate: raised(1, 10, onset, onset + HOUR) });
    expect(transitions.map(({ verdict }) => verdict.transition)).toEqual(["opened", "resolved"]);
    const [opened, resolved] = transitions;
    // A known rate needs 81.5 s on average; a learned one somewhat longer. Ten events a minute, so 5 min is far out.
    expect((opened?.time ?? 0) - onset).toBeLessThan(5 * MINUTE);
    expect(Math.abs((opened?.verdict.onsetAt ?? 0) - onset)).toBeLessThan(MINUTE);
    expect(opened?.verdict.detectors.slice(0, 2)).toEqual(["mixture", "focus"]);
    expect(opened?.verdict.gates.map((gate) => gate.name)).toEqual(["evidence", "events", "ratio"]);
    expect(opened?.verdict.gates.every((gate) => gate.passed)).toBe(true);
    expect(opened?.verdict.evidence).toBeGreaterThanOrEqual(OPTIONS.lnThreshold);
    // 600 events in the hour where 60 are normal; three standard deviations of either.
    expect(resolved?.verdict.ratio).toBeGreaterThan(7);
    expect(resolved?.verdict.ratio).toBeLessThan(13);
    const [low, high] = resolved?.verdict.ratioInterval ?? [0, 0];
    expect(low).toBeLessThan(resolved?.verdict.ratio ?? 0);
    expect(high).toBeGreaterThan(resolved?.verdict.ratio ?? 0);
    expect((resolved?.time ?? 0) - (onset + HOUR)).toBeGreaterThan(0);
    expect((resolved?.time ?? 0) - (onset + HOUR)).toBeLessThan(30 * MINUTE);
  });

  test("needs time only while it is open", () => {
    const state = learned(1, 2, 5);
    const at = START + 2 * DAY;
    const flood = panel.step(state, { at, width: MINUTE, count: 60, clipped: 30, exposure: 60 });
    expect(flood.verdict.transition).toBe("opened");
    expect([panel.needsTime(state), panel.needsTime(flood.state)]).toEqual([false, true]);
    const calm = panel.step(flood.state, { at: at + MINUTE, width: 6 * HOUR, count: 0, clipped: 0, exposure: 21_600 });
    expect(calm.verdict.transition).toBe("resolved");
    expect(panel.needsTime(calm.state)).toBe(false);
  });

  test("ten minutes without any pod end it, as after a rollback", () => {
    const state = learned(0.05, 2, 20);
    const at = START + 2 * DAY;
    const flood = panel.step(state, { at, width: MINUTE, count: 60, clipped: 30, exposure: 60 });
    const gone = (width: number) =>
      panel.step(flood.state, { at: at + MINUTE, width, count: 0, clipped: 0, exposure: 0 }).verdict;
    expect(flood.verdict.transition).toBe("opened");
    expect(gone(9 * MINUTE).phase).toBe("open");
    expect(gone(11 * MINUTE)).toMatchObject({ phase: "quiet", transition: "resolved" });
  });

  test.each([10_000, MINUTE, 5 * MINUTE, HOUR])("is found with buckets of %d ms", (width) => {
    const from = START + 3 * DAY;
    const { transitions } = feed(panel, learned(2, 3, 21, width), {
      from,
      to: from + 6 * HOUR,
      width,
      rate: steady(20),
      seed: 22,
    });
    expect(transitions[0]?.verdict.transition).toBe("opened");
    // Rate 20 instead of 2 needs less than a minute of evidence; a bucket is judged when it closes.
    expect((transitions[0]?.time ?? 0) - from).toBeLessThanOrEqual(Math.max(width, 3 * MINUTE));
  });

  test("gates hold back what is too small: ratio and number of events", () => {
    const state = learned(1, 2, 6);
    const sample = { at: START + 2 * DAY, width: MINUTE, count: 60, clipped: 30, exposure: 60 };
    const strict = (options: object) => createPanel({ ...OPTIONS, ...options }).step(state, sample).verdict;
    expect(strict({ minRatio: 1000 })).toMatchObject({ phase: "quiet" });
    expect(strict({ minRatio: 1000 }).gates.at(-1)).toMatchObject({ name: "ratio", passed: false, needed: 1000 });
    expect(strict({ minEvents: 1000 }).gates.at(-1)).toMatchObject({ name: "events", passed: false, needed: 1000 });
  });

  test("a second incident after a long one is found: twelve hours at five times the rate teach nothing", () => {
    const first = START + 3 * DAY;
    const second = first + 36 * HOUR;
    const rate = (time: number) =>
      time >= first && time < first + 12 * HOUR ? 5 : time >= second && time < second + 6 * HOUR ? 3 : 1;
    const { transitions } = feed(panel, learned(1, 3, 7), { from: first, to: second + 12 * HOUR, width: MINUTE, rate, seed: 8 });
    expect(transitions.map(({ verdict }) => verdict.transition)).toEqual(["opened", "resolved", "opened", "resolved"]);
    expect((transitions[2]?.time ?? 0) - second).toBeLessThan(2 * HOUR);
  });

  test("a day at the new level makes it normal", () => {
    const first = START + 2 * DAY;
    const { transitions, state } = feed(panel, learned(1, 2, 9), {
      from: first,
      to: first + 30 * HOUR,
      width: MINUTE,
      rate: steady(10),
      seed: 10,
    });
    expect(transitions.map(({ verdict }) => verdict.transition)).toEqual(["opened", "became-normal"]);
    expect((transitions[1]?.time ?? 0) - (transitions[0]?.time ?? 0)).toBeCloseTo(DAY, -5);
    const hour = state && panel.expect(state, first + 30 * HOUR, first + 31 * HOUR, 1);
    expect(hour?.mean).toBeGreaterThan(400);
    expect(hour?.mean).toBeLessThan(800);
  });
});

describe("a new version", () => {
  const old = learned(1, 7, 11);
  const from = START + 7 * DAY;
  const prior = { kind: "previous", state: old } as const;

  test("is judged from its first event with the rate of the previous one", () => {
    const span = { from, to: from + 6 * HOUR, width: 10_000, rate: steady(10), seed: 12, prior };
    const { transitions } = feed(panel, undefined, span);
    expect(transitions[0]?.verdict.transition).toBe("opened");
    expect((transitions[0]?.time ?? 0) - from).toBeLessThan(10 * MINUTE);
  });

  test("at a tenth of the pods expects a tenth of the events", () => {
    const first = panel.step(undefined, { at: from, width: 10_000, count: 1, clipped: 1, exposure: 1, prior });
    const alone = panel.expect(first.state, from, from + HOUR, 0.1)?.mean ?? 0;
    expect(alone / ((panel.expect(old, from, from + HOUR, 1)?.mean ?? 0) / 10)).toBeCloseTo(1, 1);
    const calm = feed(panel, undefined, {
      from,
      to: from + 6 * HOUR,
      width: 10_000,
      rate: steady(1),
      share: 0.1,
      seed: 13,
      prior,
    });
    expect(calm.transitions).toEqual([]);
    const bad = feed(panel, undefined, {
      from,
      to: from + 6 * HOUR,
      width: 10_000,
      rate: steady(10),
      share: 0.1,
      seed: 14,
      prior,
    });
    expect(bad.transitions[0]?.verdict.transition).toBe("opened");
  });

  test("unchanged deploys raise no alarm: 40 of them, a day each", () => {
    for (let seed = 0; seed < 40; seed++) {
      const span = { from, to: from + DAY, width: MINUTE, rate: steady(1), seed: 1000 + seed, prior };
      expect(feed(panel, undefined, span).transitions).toEqual([]);
    }
  });

  test("carries what too short a history learned towards the twelve hours", () => {
    const hour = feed(panel, undefined, { from: START, to: START + 2.5 * HOUR, width: MINUTE, rate: steady(2), seed: 15 });
    const next = panel.step(undefined, {
      at: START + 3 * HOUR,
      width: MINUTE,
      count: 1,
      clipped: 1,
      exposure: 60,
      prior: { kind: "previous", state: hour.state ?? old },
    });
    expect(next.verdict.phase).toBe("warming");
    // The workload was watched for three hours, though the last hour of the old version is not learned.
    expect(next.verdict.gates[0]).toMatchObject({ name: "learned-minutes", value: 180, needed: 660 });
  });

  test("is usable from two hours of history on", () => {
    const state = feed(panel, undefined, { from: START, to: START + 4 * HOUR, width: MINUTE, rate: steady(2), seed: 16 }).state;
    const sample = { at: START + 4 * HOUR, width: MINUTE, count: 1, clipped: 1, exposure: 60 };
    const next = panel.step(undefined, { ...sample, prior: { kind: "previous", state: state ?? old } });
    expect(next.verdict.phase).toBe("quiet");
    const { mean = 0, upper = 0 } = panel.expect(next.state, sample.at, sample.at + HOUR, 1) ?? {};
    expect(upper / mean).toBeGreaterThan(1.4);
  });

  test("a pool of other workloads is a weak prior, and says so", () => {
    const members = [0, 0, 1, 0, 5, 0, 2, 0, 0, 12].map((events) => ({ events, minutes: 1400 }));
    const first = panel.step(undefined, {
      at: from,
      width: MINUTE,
      count: 1,
      clipped: 1,
      exposure: 60,
      prior: { kind: "pool", members },
    });
    expect(first.verdict).toMatchObject({ phase: "quiet", weakPrior: true });
    const { mean = 0, upper = 0 } = panel.expect(first.state, from, from + HOUR, 1) ?? {};
    // Mean 20 events in 14000 minutes.
    expect(mean).toBeCloseTo((60 * 20) / 14_000, 6);
    expect(upper).toBeGreaterThan(3 * mean);
  });

  test("a state of another version is no prior", () => {
    const sample = { at: from, width: MINUTE, count: 1, clipped: 1, exposure: 60 };
    const next = panel.step(undefined, { ...sample, prior: { kind: "previous", state: { v: 99 } } });
    expect(next.verdict.phase).toBe("warming");
    expect(panel.step({ v: 99 }, sample).verdict.phase).toBe("warming");
  });
});

describe("false alarms", () => {
  test("none in 40 series and a week, at four rates", () => {
    for (let seed = 0; seed < 40; seed++) {
      const rate = [0.02, 0.2, 2, 10][seed % 4] ?? 1;
      const span = { from: START, to: START + 7 * DAY, width: MINUTE, rate: steady(rate), seed: 5000 + seed };
      expect(feed(panel, undefined, span).transitions, `rate ${rate} seed ${seed}`).toEqual([]);
    }
  });

  test("a burst that was seen once does not alarm again alone", () => {
    const random = (time: number) => ((time - START) % DAY === 5 * HOUR ? 50 : 0.05);
    const span = { from: START, to: START + 12 * DAY, width: MINUTE, rate: random, seed: 17 };
    const { transitions } = feed(panel, undefined, span);
    const late = transitions.filter(({ time, verdict }) => time > START + 4 * DAY && verdict.transition === "opened");
    expect(late).toEqual([]);
  });
});

test("unknown detectors and empty panels are refused", () => {
  expect(() => createPanel({ ...OPTIONS, detectors: ["mixture", "oracle"] })).toThrow(/no detector "oracle"/);
  expect(() => createPanel({ ...OPTIONS, detectors: [] })).toThrow(RangeError);
});

test.each(["mixture", "focus", "baseline", "ewma"])("a panel of %s alone finds a flood", (name) => {
  const alone = createPanel({ ...OPTIONS, detectors: [name] });
  const { state } = feed(alone, undefined, { from: START, to: START + 2 * DAY, width: MINUTE, rate: steady(2), seed: 18 });
  const from = START + 2 * DAY;
  const { transitions } = feed(alone, state, { from, to: from + HOUR, width: MINUTE, rate: steady(40), seed: 19 });
  expect(transitions[0]?.verdict).toMatchObject({ transition: "opened", detectors: [name] });
});
