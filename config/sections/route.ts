import { z } from "zod";
import { duration, matchers } from "../scalars.ts";

const own = {
  group_by: z.array(z.string().min(1)).describe("Labels whose values make a group; alerts of one group are told together."),
  group_wait: duration("How long a new group waits for further alerts."),
  group_interval: duration("How long a group waits before it tells what is new.", 1000),
  repeat_interval: duration("How often an alert that still fires is told again.", 1000),
};

const escalation = z.strictObject({
  after: duration("How long the alert may fire without being acknowledged.", 1000),
  receiver: z.string().min(1).describe("Receiver that is told then too, and of everything that follows."),
  severity: z
    .array(z.enum(["critical", "error", "warning", "info"]))
    .min(1)
    .describe("Alerts of these severities escalate.")
    .default(["critical"]),
});

/** Who is told too when nobody acknowledges an alert. `after` in milliseconds. */
export type EscalationStep = z.output<typeof escalation>;

const escalate = z
  .array(escalation)
  .describe("Receivers that are told too when nobody acknowledges an alert. Time in which it is muted does not count.");

const intervalNames = z.array(z.string().min(1)).default([]);

const shared = {
  mute_time_intervals: intervalNames.describe("Names of time intervals in which nothing is sent."),
  active_time_intervals: intervalNames.describe("Names of time intervals outside of which nothing is sent."),
};

/** A route below the root. What it leaves out it takes from its parent. Times in milliseconds. */
export interface ChildRoute {
  readonly receiver?: string | undefined;
  readonly match: readonly string[];
  readonly continue: boolean;
  readonly group_by?: readonly string[] | undefined;
  readonly group_wait?: number | undefined;
  readonly group_interval?: number | undefined;
  readonly repeat_interval?: number | undefined;
  readonly escalate?: readonly EscalationStep[] | undefined;
  readonly mute_time_intervals: readonly string[];
  readonly active_time_intervals: readonly string[];
  readonly routes: readonly ChildRoute[];
}

const childRoute: z.ZodType<ChildRoute> = z
  .strictObject({
    receiver: z.string().min(1).optional().describe("Receiver of alerts that end here. (Default: that of the parent)"),
    match: matchers("Alerts this route takes; all matchers must hold. None: every alert.").default([]),
    matchers: matchers("The same as match; Alertmanager's word.").default([]),
    continue: z.boolean().describe("Also try the routes after this one.").default(false),
    group_by: own.group_by.optional(),
    group_wait: own.group_wait.optional(),
    group_interval: own.group_interval.optional(),
    repeat_interval: own.repeat_interval.optional(),
    escalate: escalate.optional(),
    ...shared,
    routes: z
      .array(z.lazy(() => childRoute))
      .describe("Routes tried in order before this one is used itself.")
      .default([]),
  })
  .transform(({ matchers: more, ...route }) => ({ ...route, match: [...route.match, ...more] }));

export const routeSection = z
  .strictObject({
    receiver: z
      .string()
      .min(1)
      .optional()
      .describe("Receiver of alerts that no other route takes. (Default: the first receiver)"),
    group_by: own.group_by.default([]),
    group_wait: own.group_wait.prefault("10s"),
    group_interval: own.group_interval.prefault("5m"),
    repeat_interval: own.repeat_interval.prefault("4h"),
    escalate: escalate.default([]),
    ...shared,
    routes: z.array(childRoute).describe("Routes tried in order.").default([]),
  })
  .describe("Which receiver is told of which alert.");

export const inhibitRule = z
  .strictObject({
    source_matchers: matchers("Alerts that mute others while they fire."),
    target_matchers: matchers("Alerts that are muted."),
    equal: z.array(z.string().min(1)).describe("Labels that must be equal in both.").default([]),
  })
  .describe("Mutes alerts while a more telling one fires.");
