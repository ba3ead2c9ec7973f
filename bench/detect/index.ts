/** `bench detect`: how well the shipped panel detects, how it compares, and what each of its parts is worth. */

import { DETECTOR_NAMES } from "../../detectors/index.ts";
import type { BenchmarkResult } from "../benchmark-result.ts";
import { broadRiseTable } from "./broad-rise.ts";
import { CLASSES } from "./classes.ts";
import { type Compared, compare, pointAt, SHOWN } from "./comparison.ts";
import { COMPETITORS } from "./competitors.ts";
import { delayChart } from "./delay-chart.ts";
import { minuteTable, openBucketTable, panelDelayTable } from "./delay-report.ts";
import { deployTable } from "./deploy-report.ts";
import { classOutcomes, falseAlarmsOf, isCompared } from "./detection.ts";
import { measureAll, type Plan } from "./measure-all.ts";
import { MEMBERS } from "./members.ts";
import { alarmsAt, recallAt, type Trace } from "./operating-curve.ts";
import { BENCH_OPTIONS } from "./panel-setting.ts";
import { runReal } from "./real.ts";
import { recallChart } from "./recall-chart.ts";
import {
  agreementTable,
  classTable,
  comparisonTable,
  competitorClassTable,
  intervalTable,
  memberTable,
  PART_INJECTIONS,
  type Part,
  panelRow,
  partsTable,
  settingTable,
} from "./report.ts";
import { SETTING_CLASSES, SETTINGS, type Study } from "./series-study.ts";
import { recallOf } from "./summary.ts";
import { jsonOf, targetSections } from "./target-report.ts";

export interface DetectBenchOptions {
  readonly seed: number;
  /** Up to an hour instead of five minutes. */
  readonly full?: boolean;
  /** Folder of real counts that are scored too. */
  readonly real?: string;
  /** Told how far it is. */
  readonly say?: (line: string) => void;
  /** Given what is known so far, about once a minute. */
  readonly save?: (json: unknown) => void;
  /** Less or more than usual. */
  readonly plan?: Partial<Plan>;
}

/** About 500 seconds of processor time. */
const SHORT: Plan = {
  minutes: 4.4,
  seriesPerClass: 60,
  ablateEvery: 3,
  delayRuns: 400,
  runLengthRuns: 400,
  secondIncidents: 25,
  deploys: 50,
  broadRise: 20_000,
  fourWeeks: 6,
  fleetShare: 0.01,
  until: { known: 0.15, lives: 0.25, classes: 0.85, fourWeeks: 0.9 },
};
/** About 4500 seconds of processor time, two thirds of them for the fleets. */
const FULL: Plan = {
  minutes: 55,
  seriesPerClass: 240,
  ablateEvery: 3,
  delayRuns: 2000,
  runLengthRuns: 2000,
  secondIncidents: 240,
  deploys: 250,
  broadRise: 200_000,
  fourWeeks: 90,
  fleetShare: 1,
  until: { known: 0.08, lives: 0.15, classes: 0.65, fourWeeks: 0.7 },
};

export async function runDetectBench(options: DetectBenchOptions): Promise<BenchmarkResult> {
  const { seed, full = false, say = () => {}, save = () => {} } = options;
  const head = { seed, full };
  // First: a mistake in the files should not cost an hour.
  const real = options.real === undefined ? undefined : runReal(options.real, say);
  const plan = { ...(full ? FULL : SHORT), ...options.plan };
  const { measured, studies } = await measureAll(seed, plan, {
    say,
    save: (soFar) => save({ ...head, complete: false, ...jsonOf(soFar), ...real?.json }),
  });
  const { classes = [], delays = { open: [], minutes: [], panel: [] } } = measured;
  const compared = studies.filter(isCompared);
  const panel = {
    falseAlarms: falseAlarmsOf(
      compared.reduce((sum, { shipped }) => sum + shipped.falseAlarms[2], 0),
      compared.length,
    ),
    recall: Object.fromEntries(SHOWN.map((name) => [name, recallOf(compared.map(({ shipped }) => shipped.trials[name]?.delay))])),
  };
  const competitors = COMPETITORS.map(({ name, shipped }) =>
    compare(
      name,
      shipped,
      tracesOf(compared, (study) => study.competitors[name]),
    ),
  );
  const members = MEMBERS.map(({ name }) =>
    compare(
      name,
      [],
      tracesOf(compared, (study) => study.members[name]),
    ),
  );
  const parts = partsOf(studies);
  const agreement = DETECTOR_NAMES.map((name) => ({ name, by: agreementOf(compared, name) }));
  const settings = [
    {
      name: "as shipped",
      outcomes: classOutcomes(
        studies,
        settingOf((study) => study.shipped),
      ),
    },
    ...SETTINGS.map(({ name }) => ({
      name,
      outcomes: classOutcomes(
        studies,
        settingOf((study) => study.settings[name]),
      ),
    })),
  ];
  const sections = [
    `Seed ${seed}, ${full ? "full" : "default"} size; ${studies.length} series of all classes, of ${plan.seriesPerClass * CLASSES.length} when there is time.`,
    "Recall / median delay (minutes) and false alarms per series-week, seven days of learning, one setting:",
    classTable(classes),
    "Recall with 95 % interval (Wilson):",
    intervalTable(classes),
    "What is used today, same series, six classes together (bursty, office and cron left out in its favour): at the shipped threshold, and with the threshold tuned in hindsight to the same false alarms per series-week; recall / median delay:",
    comparisonTable(panelRow(BENCH_OPTIONS.lnThreshold, panel), competitors),
    "The same by class, shipped thresholds: false alarms per series-week; recall / median delay of the tenfold rate:",
    competitorClassTable(classes, competitorsByClass(studies)),
    "The panel taken apart, each part's threshold tuned in hindsight to the same false alarms, six classes together:",
    memberTable(members, burstyMembers(studies)),
    "Its two streams apart, at the threshold as shipped: tenfold rises in all pods, in one pod, and for three minutes in all; false alarms per series-week in brackets:",
    partsTable(parts),
    "The mixture alone raises alarms, so leaving out another member changes none. Share of the right alarms with which each agreed when they were raised:",
    agreementTable(agreement),
    "Other settings: recall and delay of the tenfold and fivefold rate; false alarms per series-week in brackets:",
    settingTable(settings),
    "Mean delay in seconds, rate known, the shipped mixture at A = a million minutes; best possible: the CUSUM that also knows the ratio, event by event; and the first-order bound, which is too pessimistic for rare events:",
    openBucketTable(delays.open),
    "Mean delay in minutes, one-minute buckets judged at their end, the rise anywhere in a bucket, one false alarm in 30 / 365 days:",
    minuteTable(delays.minutes),
    "Mean delay in seconds of the whole panel, which learned rate, season and dispersion in a week (share found within a day):",
    panelDelayTable(delays.panel),
    "A new version ten times as noisy as the one before, by the normal events per minute of its pods: share found within a day / median minutes. The panel inherits the history of the version before; the race knows nothing but who made each event while both run, and so holds whatever season or shock both share:",
    deployTable(measured.deploys ?? []),
    "One of a hundred sparse series rises tenfold at the same minute, rates known, threshold for one false alarm a week in the whole fleet: series found so far when each is judged by itself, and when all are judged together (Benjamini-Hochberg for e-detectors):",
    broadRiseTable(measured.broadRise ?? []),
    ...targetSections(measured),
    ...(real ? [real.text] : []),
  ];
  return {
    text: sections.join("\n\n"),
    json: {
      ...head,
      complete: true,
      ...jsonOf(measured),
      panel,
      competitors,
      members,
      parts,
      agreement,
      settings,
      ...real?.json,
    },
    pictures: {
      "detection-delay.svg": delayChart(delays.open),
      "detection-recall.svg": recallChart(panel, members[0], competitors),
    },
  };
}

function tracesOf(studies: readonly Study[], pick: (study: Study) => Trace | undefined): readonly Trace[] {
  return studies.flatMap((study) => pick(study) ?? []);
}

/** Settings are compared on the series that were studied with all of them. */
function settingOf(pick: (study: Study) => Study["shipped"] | undefined) {
  return (study: Study) =>
    SETTING_CLASSES.includes(CLASSES[study.series]?.name ?? "") && Object.keys(study.settings).length > 0
      ? pick(study)
      : undefined;
}

function competitorsByClass(studies: readonly Study[]) {
  return COMPETITORS.flatMap(({ name, shipped }) =>
    shipped.map((threshold) => ({
      name: shipped.length > 1 ? `${name} > ${threshold}` : name,
      points: CLASSES.map((_class, position) => {
        const traces = tracesOf(
          studies.filter(({ series }) => series === position),
          (study) => study.competitors[name],
        );
        return pointAt(traces, threshold);
      }),
    })),
  );
}

/** Members that differ in their streams, by class. */
function partsOf(studies: readonly Study[]): readonly Part[] {
  return MEMBERS.filter(({ detectors }) => detectors === DETECTOR_NAMES).map(({ name }) => ({
    name,
    classes: CLASSES.map((_class, position) => {
      const traces = tracesOf(
        studies.filter(({ series }) => series === position),
        (study) => study.members[name],
      );
      const recall = Object.fromEntries(
        PART_INJECTIONS.map((injection) => [injection, recallAt(traces, injection, BENCH_OPTIONS.lnThreshold)]),
      );
      return { recall, falseAlarms: falseAlarmsOf(alarmsAt(traces, BENCH_OPTIONS.lnThreshold), traces.length) };
    }),
  }));
}

function burstyMembers(studies: readonly Study[]): readonly Compared[] {
  const bursty = studies.filter(({ series }) => CLASSES[series]?.name === "bursty");
  return MEMBERS.map(({ name }) =>
    compare(
      name,
      [],
      tracesOf(bursty, (study) => study.members[name]),
    ),
  );
}

function agreementOf(studies: readonly Study[], member: string) {
  return Object.fromEntries(
    SHOWN.map((injection) => {
      const found = studies
        .map(({ shipped }) => shipped.trials[injection])
        .filter((trial) => trial !== undefined && trial.delay !== undefined);
      return [injection, recallOf(found.map((trial) => (trial?.agreeing.includes(member) ? trial.delay : undefined)))];
    }),
  );
}
