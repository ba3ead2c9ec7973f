/** Time intervals, with Alertmanager's words: when routes are mute, or active. Checked by configuration, evaluated here. */
import { MONTHS, WEEKDAYS } from "../../domain/calendar.ts";

/** All given fields must hold; ranges such as `monday:friday`, `1:5`, `-3:-1`, `november`, `2026:2028`. */
export interface IntervalSpec {
  readonly times?: readonly { readonly start_time: string; readonly end_time: string }[] | undefined;
  readonly weekdays?: readonly string[] | undefined;
  readonly days_of_month?: readonly string[] | undefined;
  readonly months?: readonly string[] | undefined;
  readonly years?: readonly string[] | undefined;
  /** IANA time zone. (Default: UTC) */
  readonly location?: string | undefined;
}

/** Holds when any of its parts does. */
export interface NamedInterval {
  readonly name: string;
  readonly time_intervals: readonly IntervalSpec[];
}

interface Moment {
  readonly minute: number;
  readonly weekday: number;
  readonly day: number;
  readonly daysInMonth: number;
  readonly month: number;
  readonly year: number;
}

/** True when `now` (milliseconds) lies in the interval. */
export function contains(interval: NamedInterval, now: number): boolean {
  return interval.time_intervals.some((spec) => holds(spec, momentOf(now, spec.location ?? "UTC")));
}

function holds(spec: IntervalSpec, at: Moment): boolean {
  const times = spec.times?.some((one) => at.minute >= minutes(one.start_time) && at.minute < minutes(one.end_time));
  return (
    (times ?? true) &&
    within(spec.weekdays, at.weekday, (text) => WEEKDAYS.indexOf(text)) &&
    within(spec.days_of_month, at.day, (text) => dayOfMonth(text, at.daysInMonth)) &&
    within(spec.months, at.month, (text) => (MONTHS.includes(text) ? MONTHS.indexOf(text) + 1 : Number(text))) &&
    within(spec.years, at.year, Number)
  );
}

function within(ranges: readonly string[] | undefined, value: number, read: (text: string) => number): boolean {
  if (ranges === undefined) return true;
  return ranges.some((range) => {
    const [from = "", to = from] = range.split(":").map((part) => part.trim().toLowerCase());
    return value >= read(from) && value <= read(to);
  });
}

/** Negative days count from the end of the month: -1 is the last. Days a short month lacks fall on its edge. */
function dayOfMonth(text: string, daysInMonth: number): number {
  const day = Number(text);
  return day < 0 ? Math.max(1, daysInMonth + 1 + day) : day;
}

function minutes(text: string): number {
  const [hour, minute] = text.split(":");
  return Number(hour) * 60 + Number(minute);
}

function momentOf(now: number, timeZone: string): Moment {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    weekday: "long",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  const parts = new Map(format.formatToParts(now).map((part) => [part.type, part.value]));
  const number = (name: Intl.DateTimeFormatPartTypes) => Number(parts.get(name));
  const year = number("year");
  const month = number("month");
  return {
    minute: number("hour") * 60 + number("minute"),
    weekday: WEEKDAYS.indexOf((parts.get("weekday") ?? "").toLowerCase()),
    day: number("day"),
    daysInMonth: new Date(Date.UTC(year, month, 0)).getUTCDate(),
    month,
    year,
  };
}
