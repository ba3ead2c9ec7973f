/** Ten days of a fleet in which nothing happens but harmless rollouts, through the real pipeline: nobody may be woken. */
import type { SimulationOptions } from "../../src/simulation/options.ts";
import type { BenchmarkResult } from "../benchmark-result.ts";
import { type IncidentRun, runIncidents } from "./run.ts";

const HOUR = 3_600_000;
const START = Date.parse("2026-01-05T00:00:00Z");
/** What is normal by day of the week and hour is not known before. */
const LEARNED = START + 3 * 24 * HOUR;
/** Alerts of all levels, regimes included, after that; wanted at most. */
const WANTED = 3;

export function tenQuietDays(seed: number): SimulationOptions {
  // Three and a half policies on each workload: about 200 series, a third of each shape.
  return { seed, workloads: 57, durationMs: 10 * 24 * HOUR, start: START, scenario: "quiet" };
}

export async function runQuietBench(seed: number): Promise<BenchmarkResult> {
  const runs = {
    all: await runIncidents(tenQuietDays(seed)),
    none: await runIncidents({ ...tenQuietDays(seed), eventsWithDigest: 0 }),
  };
  const json = Object.fromEntries(
    Object.entries(runs).map(([name, run]) => {
      const { events, series, rollouts } = run;
      return [name, { events, series, rollouts, alerts: run.score.falseAlarms.length, late: lateOf(run).length, wanted: WANTED }];
    }),
  );
  return { text: textOf(runs), json };
}

function lateOf({ score }: IncidentRun) {
  return score.falseAlarms.filter(({ firedAt }) => Date.parse(firedAt) >= LEARNED);
}

function textOf(runs: Readonly<Record<string, IncidentRun>>): string {
  const lines = [
    "| digests on events | series | events | harmless rollouts | alerts of the first three days | after day three | wanted |",
    "|---|---|---|---|---|---|---|",
  ];
  for (const [name, run] of Object.entries(runs)) {
    const late = lateOf(run).length;
    const early = run.score.falseAlarms.length - late;
    lines.push(`| ${name} | ${run.series} | ${run.events} | ${run.rollouts} | ${early} | ${late} | at most ${WANTED} |`);
  }
  for (const [name, { score }] of Object.entries(runs))
    for (const { firedAt, title, cause } of score.falseAlarms) lines.push(`- ${name}: ${firedAt} ${title} (${cause.verdict})`);
  return `${lines.join("\n")}\n`;
}
