/** Ten days of a fleet in which nothing happens but harmless rollouts, through the real pipeline: nobody may be woken. */
import type { Alert, AlertSeries } from "../../src/domain/alert.ts";
import type { SimulationOptions } from "../../src/simulation/options.ts";
import type { BenchmarkResult } from "../benchmark-result.ts";
import { type IncidentRun, type RunOptions, runIncidents } from "./run.ts";

const HOUR = 3_600_000;
const START = Date.parse("2026-01-05T00:00:00Z");
/** What is normal by day of the week and hour is not known before. */
const LEARNED = START + 3 * 24 * HOUR;
/** Alerts of all levels, regimes included, after that; wanted at most. */
const WANTED = 3;
/** Besides the third of all series that come in clumps. */
const BURSTS_OF_EVERY = 4;
/** Progress is told for so many records. */
const SAY_EVERY = 200_000;

const LEVELS = ["version", "workload", "policy", "namespace", "regime"] as const;
type Level = (typeof LEVELS)[number];

export function tenQuietDays(seed: number): SimulationOptions {
  // Three and a half policies on each workload: about 200 series, a third of each shape.
  return { seed, workloads: 57, durationMs: 10 * 24 * HOUR, start: START, scenario: "quiet" };
}

export async function runQuietBench(seed: number, say: (line: string) => void = () => {}): Promise<BenchmarkResult> {
  const options = (digests: string): RunOptions => {
    let told = 0;
    return {
      burstsOfEvery: BURSTS_OF_EVERY,
      say: (line) => {
        if (Number.parseInt(line, 10) < told + SAY_EVERY) return;
        told = Number.parseInt(line, 10);
        say(`digests on ${digests} events: ${line}`);
      },
    };
  };
  const runs = {
    all: await runIncidents(tenQuietDays(seed), options("all")),
    none: await runIncidents({ ...tenQuietDays(seed), eventsWithDigest: 0 }, options("no")),
  };
  const json = Object.fromEntries(
    Object.entries(runs).map(([name, run]) => {
      const { events, series, rollouts } = run;
      const late = lateOf(run);
      const counts = { alerts: run.score.falseAlarms.length, late: late.length, byLevel: byLevel(late), wanted: WANTED };
      return [name, { events, series, rollouts, ...counts, verdict: verdictOf(late) }];
    }),
  );
  return { text: textOf(runs), json };
}

function lateOf({ score }: IncidentRun): readonly Alert[] {
  return score.falseAlarms.filter(({ firedAt }) => Date.parse(firedAt) >= LEARNED);
}

/** An alert is of the level of its first series. */
function byLevel(alerts: readonly Alert[]): Readonly<Record<Level, number>> {
  const counts = { version: 0, workload: 0, policy: 0, namespace: 0, regime: 0 };
  for (const { series } of alerts) if (series[0]) counts[levelOf(series[0])]++;
  return counts;
}

function levelOf({ policy, workload, digest }: AlertSeries): Level {
  if (policy.startsWith("regime:")) return "regime";
  if (policy === "*") return "namespace";
  if (workload === "") return "policy";
  return digest === "" ? "workload" : "version";
}

function verdictOf(late: readonly Alert[]): string {
  return late.length <= WANTED ? "met" : "missed";
}

function textOf(runs: Readonly<Record<string, IncidentRun>>): string {
  const lines = [
    `Alerts after day three by level of their first series; wanted: at most ${WANTED} of all levels. A third of the series comes in clumps, every fourth has a burst of 50 in one pod about once a day.`,
    "",
    `| digests on events | series | events | harmless rollouts | alerts of the first three days | after day three | ${LEVELS.join(" | ")} | |`,
    `|---|---|---|---|---|---|${LEVELS.map(() => "---|").join("")}---|`,
  ];
  for (const [name, run] of Object.entries(runs)) {
    const late = lateOf(run);
    const early = run.score.falseAlarms.length - late.length;
    const counts = byLevel(late);
    const levels = LEVELS.map((level) => counts[level]).join(" | ");
    lines.push(
      `| ${name} | ${run.series} | ${run.events} | ${run.rollouts} | ${early} | ${late.length} | ${levels} | ${verdictOf(late)} |`,
    );
  }
  for (const [name, { score }] of Object.entries(runs))
    for (const { firedAt, title, cause } of score.falseAlarms) lines.push(`- ${name}: ${firedAt} ${title} (${cause.verdict})`);
  return `${lines.join("\n")}\n`;
}
