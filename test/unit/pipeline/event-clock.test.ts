import { describe, expect, it } from "vitest";
import { ReplayClock } from "../../../src/app/replay-clock.ts";
import { EventClock } from "../../../src/pipeline/event-clock.ts";

const NOON = Date.parse("2026-11-23T12:00:00Z");
const MINUTE = 60_000;

function clocks() {
  const wall = new ReplayClock(NOON);
  return { wall, events: new EventClock(wall) };
}

describe("event clock", () => {
  it("is the wall clock before any event, and while events are current", () => {
    const { wall, events } = clocks();
    expect(events.now()).toBe(NOON);
    events.observe(NOON - 5_000, NOON - 2_000);
    wall.set(NOON + 30_000);
    expect(events.now()).toBe(NOON + 30_000);
    expect(events.first).toBe(NOON - 5_000);
  });

  it("follows a backlog, and passes with the wall between its batches", () => {
    const { wall, events } = clocks();
    const yesterday = NOON - 24 * 60 * MINUTE;
    events.observe(yesterday, yesterday + MINUTE);
    expect(events.now()).toBe(yesterday + MINUTE);
    wall.set(NOON + 3_000);
    expect(events.now()).toBe(yesterday + MINUTE + 3_000);
    expect(events.behind).toBe(true);
  });

  it("returns to the wall once the backlog has been silent for a minute", () => {
    const { wall, events } = clocks();
    events.observe(NOON - 60 * MINUTE, NOON - 50 * MINUTE);
    wall.set(NOON + MINUTE);
    expect(events.now()).toBe(NOON + MINUTE);
    expect(events.behind).toBe(false);
  });

  it("stands still in a backlog whose batches are refused, and never on the wall", () => {
    const { wall, events } = clocks();
    const earlier = NOON - 50 * MINUTE;
    events.observe(earlier - MINUTE, earlier);
    for (let second = 30; second <= 600; second += 30) {
      wall.set(NOON + second * 1000);
      events.refuse();
    }
    expect([events.now(), events.behind]).toEqual([earlier, true]);
    events.observe(NOON, NOON);
    wall.set(NOON + 1200_000);
    events.refuse();
    expect([events.now(), events.behind]).toEqual([NOON + 1200_000, false]);
  });

  it("does not go back for an old event beside current ones", () => {
    const { events } = clocks();
    events.observe(NOON, NOON);
    events.observe(NOON - 120 * MINUTE, NOON - 120 * MINUTE);
    expect(events.now()).toBe(NOON);
  });
});
