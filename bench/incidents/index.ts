/** Twelve days of a fleet with 48 incidents of every kind, through the real pipeline: found, and rightly named? */
import { formatTime } from "../../src/domain/time.ts";
import type { SimulationOptions } from "../../src/simulation/options.ts";
import type { BenchmarkResult } from "../benchmark-result.ts";
import { type IncidentRun, runIncidents } from "./run.ts";
import { type Found, isRightDigest, isRightVerdict, share } from "./score.ts";

const HOUR = 3_600_000;
const DAYS = 12;
/** Half a day to learn what is normal, then an incident about every six hours until the last evening. */
const FIRST = 12 * HOUR;
const INCIDENTS = 48;

export function twelveDays(seed: number): SimulationOptions {
  return {
    seed,
    // Three and a half policies on each workload: about 120 series.
    workloads: 34,
    durationMs: DAYS * 24 * HOUR,
    start: Date.parse("2026-01-05T00:00:00Z"),
    scenario: "mixed",
    incidentAfterMs: FIRST,
    incidentEveryMs: Math.floor((DAYS * 24 * HOUR - FIRST - 2 * HOUR) / INCIDENTS),
  };
}

export interface Figures {
  readonly incidents: number;
  readonly recall: number;
  /** Incidents with as much evidence as an alarm needs, at least for somebody who knows all but that; and how many of them were found. */
  readonly visible: number;
  readonly recallOfVisible: number;
  readonly rightDigest: number;
  readonly rightVerdict: number;
  readonly falseAlarms: number;
  /** Incidents told by more than one alert. */
  readonly split: number;
}

export function figuresOf({ score, information, needed }: IncidentRun): Figures {
  const { found, falseAlarms } = score;
  const visible = found.filter((_, index) => (information[index] ?? 0) >= (needed[index] ?? 0));
  return {
    incidents: found.length,
    recall: share(found, isFound),
    visible: visible.length,
    recallOfVisible: share(visible, isFound),
    rightDigest: share(
      found.filter(({ truth }) => truth.verdict === "image"),
      isRightDigest,
    ),
    rightVerdict: share(found, isRightVerdict),
    falseAlarms: falseAlarms.length,
    split: found.filter(({ alerts }) => alerts > 1).length,
  };
}

export async function runIncidentsBench(seed: number): Promise<BenchmarkResult> {
  const named = await runIncidents(twelveDays(seed));
  const anonymous = await runIncidents({ ...twelveDays(seed), eventsWithDigest: 0 });
  const runs = { named, anonymous };
  const json = Object.fromEntries(
    Object.entries(runs).map(([name, run]) => [
      name,
      { ...figuresOf(run), ...sizes(run), wrong: wrong(run).map((one) => lineOf(one, run)) },
    ]),
  );
  return { text: textOf(runs), json };
}

function isFound({ alert }: Found): boolean {
  return alert !== undefined;
}

function sizes({ events, series, innocent }: IncidentRun) {
  return { events, series, innocent };
}

function wrong({ score }: IncidentRun): readonly Found[] {
  return score.found.filter((one) => !isRightVerdict(one) || (one.truth.verdict === "image" && !isRightDigest(one)));
}

function textOf(runs: Readonly<Record<string, IncidentRun>>): string {
  const lines = [
    "| digests on events | incidents | recall | visible | recall of those | right digest | right verdict | false alarms | told by two alerts | innocent rollouts near |",
    "|---|---|---|---|---|---|---|---|---|---|",
  ];
  for (const [name, run] of Object.entries(runs)) {
    const { incidents, recall, visible, recallOfVisible, rightDigest, rightVerdict, falseAlarms, split } = figuresOf(run);
    const shares = [rightDigest, rightVerdict].map((value) => value.toFixed(3)).join(" | ");
    const recalls = `${recall.toFixed(3)} | ${visible} | ${recallOfVisible.toFixed(3)}`;
    lines.push(
      `| ${name === "named" ? "all" : "none"} | ${incidents} | ${recalls} | ${shares} | ${falseAlarms} | ${split} | ${run.innocent} |`,
    );
  }
  for (const [name, run] of Object.entries(runs)) {
    lines.push("", `Not as they should be (${name}):`, ...wrong(run).map((one) => `- ${lineOf(one, run)}`));
    for (const alert of run.score.falseAlarms)
      lines.push(`- false alarm: ${alert.firedAt} ${alert.title} (${alert.cause.verdict})`);
  }
  return `${lines.join("\n")}\n`;
}

function lineOf(one: Found, { score, information, needed }: IncidentRun): string {
  const { truth, alert, before } = one;
  const { time, kind, policy, workload } = truth;
  const index = score.found.indexOf(one);
  const [nats, least] = [information[index], needed[index]].map((value) => (value ?? 0).toFixed(1));
  const during = before === undefined ? "" : `; what was told at ${formatTime(before)} of its series was not over yet`;
  const missed = `missed; it gave ${nats} nats of evidence, an alarm needs ${least}${during}`;
  const told = alert ? `told as ${alert.cause.verdict}, ${alert.cause.tier} ${alert.cause.probability}` : missed;
  return `${time} ${kind} of ${policy}${workload === undefined ? "" : ` on ${workload}`}: ${told}`;
}
