/**
 * The chart of an alert: the counts its numbers were made of, up to the moment they were made. The onset is the beginning of
 * a step, so that the columns from there on add up to the number in the text.
 */
import { blamed } from "../alerting/lifecycle/cause-key.ts";
import { leadingSeries, versionName, workloadName } from "../alerting/lifecycle/title.ts";
import { oneLine } from "../alerting/message/plain-text.ts";
import type { Alert, AlertSeries } from "../domain/alert.ts";
import type { AlertChart, ChartLayer, ChartStep } from "../domain/alert-chart.ts";
import type { Change } from "../domain/change.ts";
import type { Series } from "../domain/series.ts";
import { chartCaption, chartMarks } from "./chart-marks.ts";
import { type Expectation, type ExpectationSources, expectationOf } from "./expectation.ts";
import { isWithin, rollUpsOf } from "./roll-up.ts";

export interface ChartSources extends ExpectationSources {
  /** Changes of a cluster with time in [from, to], milliseconds. */
  readonly changes: (cluster: string, from: number, to: number) => readonly Change[];
}

const MINUTE = 60_000;
/** Shown before the onset at least, and a third of the time since. */
const BEFORE = 30 * MINUTE;
const STEPS = [10_000, 30_000, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, 60 * MINUTE, 180 * MINUTE, 720 * MINUTE];
const MOST_STEPS = 80;
/** Layers besides the one that adds up the rest. */
const MOST_LAYERS = 4;
/** Series read for one chart. */
const MOST_SERIES = 500;

interface Span {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

interface Group {
  readonly key: string;
  readonly label: string;
  readonly steps: ChartStep[];
  readonly total: number;
}

/** Undefined for an alert without series, or one whose counts are gone. Rejects with `store_unavailable`. */
export async function alertChart(alert: Alert, sources: ChartSources): Promise<AlertChart | undefined> {
  const lead = leadingSeries(alert.series);
  if (!lead) return undefined;
  const frame = spanOf(lead, Date.parse(alert.updatedAt), sources.windows.width);
  const found = (await sources.windows.findSeries(filterOf(lead), MOST_SERIES)).filter((one) => one.level === "leaf");
  const sum = found.flatMap(rollUpsOf).find((one) => one.id === lead.id);
  const members = sum ? found.filter((leaf) => isWithin(leaf, sum)) : found;
  if (members.length === 0) return undefined;
  const groups = await groupsOf(members, sum, frame, sources);
  const suspect = blamed(alert.cause)?.digest;
  const wanted = new Set([lead.digest, suspect, alert.cause.suspects[0]?.previousDigest]);
  return {
    title: oneLine(`${lead.policy} on ${workloadName(lead)}`),
    caption: chartCaption(lead),
    from: frame.from,
    step: frame.step,
    layers: layersOf(groups, wanted, suspect),
    marks: chartMarks(alert, lead, sources.changes(lead.cluster, frame.from, frame.to)),
  };
}

/** `updatedAt`: when the alert's numbers were made, milliseconds. */
function spanOf(lead: AlertSeries, updatedAt: number, width: number): Span {
  const onset = Date.parse(lead.onsetAt);
  const end = Math.max(updatedAt, onset + width);
  const before = Math.max(BEFORE, (end - onset) / 3);
  const fitting = STEPS.find((size) => (end - onset + before) / size <= MOST_STEPS) ?? 1440 * MINUTE;
  const step = Math.ceil(fitting / width) * width;
  const from = onset - Math.floor(before / step) * step;
  return { from, to: from + Math.ceil((end - from) / step) * step, step };
}

/** What is stored of the alert's series: the versions of a workload, or everything under a roll-up. */
function filterOf({ cluster, policy, namespace, workload }: AlertSeries) {
  if (workload !== "") return { cluster, policy, namespace, workload };
  return namespace === "" && !policy.startsWith("regime:")
    ? { cluster, policy }
    : { cluster, ...(namespace ? { namespace } : {}) };
}

/** One group a version; above the level of the workload one a workload. */
async function groupsOf(
  members: readonly Series[],
  sum: Series | undefined,
  frame: Span,
  sources: ChartSources,
): Promise<readonly Group[]> {
  const { from, to, step } = frame;
  const counts = await sources.windows.readCounts(members, from, to, step);
  const byVersion = sum === undefined || sum.level === "workload";
  const groups = new Map<string, Group & { total: number }>();
  for (const [index, series] of members.entries()) {
    const key = byVersion ? series.digest : `${series.namespace}/${series.workload}`;
    const label = byVersion ? versionName(series) : workloadName(series);
    // A sum is expected as a whole, not workload by workload.
    const expect: Expectation = sum === undefined ? await expectationOf(series, sources) : () => ({});
    const steps = Array.from(counts[index] ?? [], (count, at) => stepOf(count, expect, from + at * step, step));
    const known = groups.get(key);
    if (known) known.steps.splice(0, steps.length, ...steps.map((one, at) => add(known.steps[at], one)));
    const total = steps.reduce((all, one) => all + one.count, 0);
    if (known) known.total += total;
    else groups.set(key, { key, label: oneLine(label), steps, total });
  }
  const all = [...groups.values()];
  if (sum !== undefined && all[0]) {
    const expect = await expectationOf(sum, sources);
    all[0].steps.splice(
      0,
      Number.POSITIVE_INFINITY,
      ...all[0].steps.map((one, at) => stepOf(one.count, expect, from + at * step, step)),
    );
  }
  return all;
}

function stepOf(count: number, expect: Expectation, from: number, step: number): ChartStep {
  const { expected, upper } = expect(from, from + step);
  return {
    count,
    ...(expected === undefined ? {} : { expected: Number(expected.toPrecision(4)) }),
    ...(upper === undefined ? {} : { upper: Number(upper.toPrecision(4)) }),
  };
}

function add(one: ChartStep | undefined, other: ChartStep): ChartStep {
  if (one === undefined) return other;
  const sum = (a: number | undefined, b: number | undefined) =>
    a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
  const expected = sum(one.expected, other.expected);
  const upper = sum(one.upper, other.upper);
  return {
    count: one.count + other.count,
    ...(expected === undefined ? {} : { expected }),
    ...(upper === undefined ? {} : { upper }),
  };
}

/** The wanted versions and the busiest; the rest is one layer, so that nothing counted is missing. The suspect comes last. */
function layersOf(
  groups: readonly Group[],
  wanted: ReadonlySet<string | undefined>,
  suspect: string | undefined,
): readonly ChartLayer[] {
  const ranked = groups
    .filter(({ key, total }) => total > 0 || key === suspect)
    .sort((a, b) => Number(wanted.has(b.key)) - Number(wanted.has(a.key)) || b.total - a.total || (a.key < b.key ? -1 : 1));
  const rest = ranked.slice(MOST_LAYERS);
  const shown = ranked.slice(0, MOST_LAYERS);
  const layers: ChartLayer[] = shown.map(({ key, label, steps }) => ({ label, suspect: key === suspect, steps }));
  if (rest.length > 0) {
    const steps = rest
      .map((group) => group.steps)
      .reduce((sum, next) => sum.map((one, at) => add(one, next[at] ?? { count: 0 })));
    layers.unshift({ label: `${rest.length} others`, suspect: false, steps });
  }
  return layers.sort((a, b) => Number(a.suspect) - Number(b.suspect));
}
