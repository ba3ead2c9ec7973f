/**
 * The canary's run: invented violations of a workload of its own are counted, judged and told like any others, and every
 * target must have been told in time. A run is a level: whoever looks at it next goes on with it.
 */
import { CANARY_NAMESPACE, CANARY_POLICY } from "../domain/canary.ts";
import { formatTime } from "../domain/time.ts";
import type { AlertRecord, AlertStore } from "../ports/alert-store.ts";

/** The last run, as it is stored. Times in milliseconds. */
export interface CanaryRun {
  readonly v: 1;
  readonly startedAt: number;
  readonly workload: string;
  /** Id of its alert, once there is one. */
  readonly alert?: string;
  /** What failed in the last run whose time was over, and has not worked since. */
  readonly failing: readonly string[];
  /** Its alert was ended. */
  readonly ended?: true;
}

export interface CanaryPolicy {
  readonly every: number;
  readonly within: number;
  /** Targets that must be told. */
  readonly targets: readonly string[];
}

/** Failed when no alert was raised at all: the way was closed before any receiver. */
export const DETECTION = "detection";
/** Enough for any sane `min_events`; a pod counts at most three times in a minute, so it takes many pods. */
const PODS = 60;
const EVENTS_PER_POD = 3;

export function newRun(now: number, before: CanaryRun | undefined): CanaryRun {
  return { v: 1, startedAt: now, workload: `Job/canary-${now.toString(36)}`, failing: before?.failing ?? [] };
}

export function isDue(now: number, run: CanaryRun | undefined, every: number): boolean {
  return run === undefined || now - run.startedAt >= every;
}

/** Native records: a burst where there was silence. */
export function canaryRecords(run: CanaryRun, cluster: string): readonly Readonly<Record<string, unknown>>[] {
  const name = run.workload.slice(run.workload.indexOf("/") + 1);
  return Array.from({ length: PODS * EVENTS_PER_POD }, (_, index) => ({
    id: `${name}-${index}`,
    time: formatTime(run.startedAt),
    policy: CANARY_POLICY,
    engine: "tenfold",
    action: "audit",
    cluster,
    namespace: CANARY_NAMESPACE,
    workload: run.workload,
    pod: `${name}-${index % PODS}`,
    message: "invented by monitoring.canary",
  }));
}

/** The run's alert, among those stored. */
export function alertOfRun(run: CanaryRun, records: readonly AlertRecord[]): string | undefined {
  return records.find(({ alert }) => alert.canary && alert.series.some(({ workload }) => workload === run.workload))?.alert.id;
}

/** The run as it stands now. `told`: for each target the id of the canary's alert that it was told of last. */
export function judgeRun(now: number, run: CanaryRun, policy: CanaryPolicy, told: ReadonlyMap<string, string>): CanaryRun {
  const missing = run.alert === undefined ? [DETECTION] : policy.targets.filter((target) => told.get(target) !== run.alert);
  if (now - run.startedAt >= policy.within) return { ...run, failing: missing };
  // Before its time is over a run can only show that something works again.
  const stillFails = (one: string) => run.alert === undefined || missing.includes(one);
  return { ...run, failing: run.failing.filter(stillFails) };
}

/** True when its alert can be ended: its time is over, and its burst has long been counted in full. */
export function isOver(now: number, run: CanaryRun, { within }: Pick<CanaryPolicy, "within">): boolean {
  return run.alert !== undefined && now - run.startedAt >= within;
}

export async function readRun(values: Pick<AlertStore, "readValue">): Promise<CanaryRun | undefined> {
  const text = await values.readValue(RUN_VALUE);
  if (text === undefined) return undefined;
  const run = JSON.parse(text) as CanaryRun;
  return run.v === 1 ? run : undefined;
}

export async function writeRun(values: Pick<AlertStore, "writeValue">, run: CanaryRun): Promise<void> {
  await values.writeValue(RUN_VALUE, JSON.stringify(run), KEEP);
}

/** Notes that a target took the canary's message. */
export async function noteTold(values: Pick<AlertStore, "writeValue">, target: string, alert: string): Promise<void> {
  await values.writeValue(`${TOLD_VALUE}${target}`, alert, KEEP);
}

export async function readTold(
  values: Pick<AlertStore, "readValue">,
  targets: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const told = await Promise.all(
    targets.map(async (target) => [target, await values.readValue(`${TOLD_VALUE}${target}`)] as const),
  );
  return new Map(told.flatMap(([target, alert]) => (alert === undefined ? [] : [[target, alert] as const])));
}

const RUN_VALUE = "monitor:canary";
const TOLD_VALUE = "monitor:canary-told:";
const KEEP = 90 * 86_400_000;
