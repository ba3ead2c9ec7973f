/** Time intervals, with Alertmanager's words and formats: checked here, evaluated by the router. */
import { z } from "zod";
import { MONTHS, WEEKDAYS } from "../src/domain/calendar.ts";
import { name } from "./scalars.ts";

/** Why a text such as `monday:friday`, `-1` or `2026:2028` is no range of these values; undefined when it is one. */
export function rangeProblem(text: string, read: (part: string) => number | undefined): string | undefined {
  const parts = text.split(":");
  if (parts.length > 2) return "a range has two ends";
  const ends = parts.map((part) => read(part.trim().toLowerCase()));
  const [from, to] = ends;
  if (from === undefined || (parts.length === 2 && to === undefined)) {
    return `${JSON.stringify(parts[from === undefined ? 0 : 1])} is not a valid value`;
  }
  const comparable = to !== undefined && from > 0 === to > 0;
  return comparable && from > to ? "the range ends before it begins" : undefined;
}

function readName(names: readonly string[], base: number): (text: string) => number | undefined {
  return (text) => {
    const index = names.indexOf(text);
    return index < 0 ? undefined : index + base;
  };
}

function readNumber(least: number, most: number): (text: string) => number | undefined {
  return (text) => {
    const value = /^-?\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most && value !== 0 ? value : undefined;
  };
}

function readMonth(text: string): number | undefined {
  return readName(MONTHS, 1)(text) ?? readNumber(1, 12)(text);
}

function ranges(sentence: string, example: string, read: (part: string) => number | undefined) {
  return z
    .array(
      z.union([z.string(), z.number()]).transform((value, context) => {
        const problem = rangeProblem(String(value), read);
        if (problem !== undefined) {
          context.addIssue({
            code: "custom",
            message: `invalid time interval: ${problem}`,
            params: { suggestion: `write for example ${example}` },
          });
        }
        return String(value);
      }),
    )
    .describe(sentence);
}

const TIME = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;

function minutes(text: string): number {
  const [hour, minute] = text.split(":");
  return Number(hour) * 60 + Number(minute);
}

const clockTime = z.string().regex(TIME, "invalid time interval: write a time of day as HH:MM");

const times = z
  .strictObject({
    start_time: clockTime.describe("First minute, HH:MM."),
    end_time: clockTime.describe("First minute after it, HH:MM; 24:00 is the end of the day."),
  })
  .superRefine((value, context) => {
    if (minutes(value.start_time) < minutes(value.end_time)) return;
    context.addIssue({
      code: "custom",
      message: "invalid time interval: it ends before it begins",
      params: { suggestion: "write two entries for an interval over midnight, one to 24:00 and one from 00:00" },
    });
  });

const location = z
  .string()
  .superRefine((text, context) => {
    try {
      new Intl.DateTimeFormat("en", { timeZone: text });
    } catch {
      context.addIssue({
        code: "custom",
        message: `invalid time interval: unknown time zone ${JSON.stringify(text)}`,
        params: { suggestion: "write a name of the IANA list, for example Europe/Berlin or UTC" },
      });
    }
  })
  .describe("Time zone, IANA name.");

const intervalSpec = z.strictObject({
  times: z.array(times).optional().describe("Times of day."),
  weekdays: ranges("Days of the week, e.g. monday:friday.", "monday:friday", readName(WEEKDAYS, 1)).optional(),
  days_of_month: ranges("Days of the month; negative ones count from its end.", "1:5 or -3:-1", readNumber(-31, 31)).optional(),
  months: ranges("Months, by name or number.", "november:december", readMonth).optional(),
  years: ranges("Years.", "2026:2028", readNumber(1970, 9999)).optional(),
  location: location.default("UTC"),
});

export const timeInterval = z
  .strictObject({
    name: name("Name that routes refer to."),
    time_intervals: z.array(intervalSpec).min(1).describe("The interval holds when any of these does."),
  })
  .describe("A named interval, for mute_time_intervals and active_time_intervals of routes.");
