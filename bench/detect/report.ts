/** The results as tables. */
import { INJECTIONS } from "./anomalies.ts";
import { CLASSES } from "./classes.ts";
import { BUDGET, type Compared, type OperatingPoint, SHOWN } from "./comparison.ts";
import type { ClassOutcome, FalseAlarms } from "./detection.ts";
import { type Recall, shown, table } from "./summary.ts";

export function classTable(classes: readonly ClassOutcome[]): string {
  const header = ["class", "series", "false alarms", "days .5-3 / 3-7", ...INJECTIONS.map((injection) => injection.name)];
  return table(
    header,
    classes.map((outcome) => [
      outcome.name,
      String(outcome.series),
      alarms(outcome.falseAlarms),
      outcome.early.map((value) => value.toFixed(3)).join(" / "),
      ...INJECTIONS.map(({ name }) => cell(outcome.recall[name])),
    ]),
  );
}

/** Recall with intervals, and how well the onset is told. */
export function intervalTable(classes: readonly ClassOutcome[]): string {
  const rows = classes.map(({ name, recall, onsets }) => [
    name,
    ...["x2", "x5", "x10", "b3", "ramp"].map((injection) => withInterval(recall[injection])),
    share(onsets),
  ]);
  return table(["class", "x2", "x5", "x10", "b3", "ramp", "onset of x10 within 5 min"], rows);
}

/** Every detector at its shipped thresholds and tuned to the common budget. */
export function comparisonTable(ours: readonly string[], compared: readonly Compared[]): string {
  const point = ({ threshold, falseAlarms, recall }: OperatingPoint) => [
    significant(threshold),
    alarms(falseAlarms),
    cell(recall.x5),
    withInterval(recall.x10),
  ];
  const rows = compared.flatMap(({ name, shipped, tuned }) =>
    shipped.map((one, i) => [
      name,
      ...point(one),
      ...(i === 0 ? [...point(tuned), cell(tuned.recall.b3), cell(tuned.recall.ramp)] : ["", "", "", "", "", ""]),
    ]),
  );
  const header = [
    "detector",
    "shipped at",
    "false alarms",
    "x5",
    "x10",
    `tuned to ${BUDGET}`,
    "false alarms",
    "x5",
    "x10",
    "b3",
    "ramp",
  ];
  return table(header, [ours, ...rows]);
}

/** Row of the panel itself: nothing of it is tuned. */
export function panelRow(threshold: number, point: Omit<OperatingPoint, "threshold">): readonly string[] {
  const { falseAlarms, recall } = point;
  const own = [significant(threshold), alarms(falseAlarms), cell(recall.x5), withInterval(recall.x10)];
  return ["**this panel**", ...own, "not tuned", ...own.slice(1), cell(recall.b3), cell(recall.ramp)];
}

/** By class: false alarms per series-week; recall / median delay of the tenfold rate. */
export function competitorClassTable(
  classes: readonly ClassOutcome[],
  rows: readonly { readonly name: string; readonly points: readonly (OperatingPoint | undefined)[] }[],
): string {
  const ours = classes.map(({ falseAlarms, recall }) => `${falseAlarms.perWeek.toFixed(2)}; ${cell(recall.x10)}`);
  const others = rows.map(({ name, points }) => [
    name,
    ...points.map((point) => (point ? `${point.falseAlarms.perWeek.toFixed(2)}; ${cell(point.recall.x10)}` : "")),
  ]);
  return table(["detector", ...classes.map(({ name }) => name)], [["**this panel**", ...ours], ...others]);
}

export function memberTable(compared: readonly Compared[], bursty: readonly Compared[]): string {
  const rows = compared.map(({ name, tuned }, i) => {
    const burst = bursty[i]?.tuned;
    return [
      name,
      significant(tuned.threshold),
      alarms(tuned.falseAlarms),
      ...SHOWN.map((injection) => cell(tuned.recall[injection])),
      burst ? `${cell(burst.recall.x5)}, x10 ${cell(burst.recall.x10)}` : "",
    ];
  });
  return table(["who decides", "threshold", "false alarms", ...SHOWN, "bursty, tuned by itself: x5"], rows);
}

export interface Part {
  readonly name: string;
  /** In the order of CLASSES. */
  readonly classes: readonly { readonly recall: Readonly<Record<string, Recall>>; readonly falseAlarms: FalseAlarms }[];
}

export const PART_INJECTIONS: readonly string[] = ["x10", "one-pod x10", "b3"];

export function partsTable(parts: readonly Part[]): string {
  const rows = CLASSES.map(({ name }, i) => [
    name,
    ...parts.map(({ classes }) => {
      const one = classes[i];
      return `${PART_INJECTIONS.map((injection) => cell(one?.recall[injection])).join(", ")} [${one?.falseAlarms.perWeek.toFixed(3)}]`;
    }),
  ]);
  return table(["class", ...parts.map(({ name }) => name)], rows);
}

/** How often each member agreed with an alarm that was right. */
export function agreementTable(
  rows: readonly { readonly name: string; readonly by: Readonly<Record<string, Recall>> }[],
): string {
  const injections = Object.keys(rows[0]?.by ?? {});
  return table(
    ["member", ...injections],
    rows.map(({ name, by }) => [name, ...injections.map((injection) => share(by[injection]))]),
  );
}

export function settingTable(settings: readonly { readonly name: string; readonly outcomes: readonly ClassOutcome[] }[]): string {
  const classes = settings[0]?.outcomes.map(({ name }) => name) ?? [];
  const rows = settings.map(({ name, outcomes }) => [
    name,
    ...outcomes.map(
      ({ recall, falseAlarms }) => `${cell(recall.x10)}, x5 ${cell(recall.x5)} [${falseAlarms.perWeek.toFixed(3)}]`,
    ),
  ]);
  return table(["setting", ...classes], rows);
}

function alarms({ perWeek, interval }: FalseAlarms): string {
  return `${perWeek.toFixed(3)} (${interval.map((end) => end.toFixed(3)).join("-")})`;
}

function cell(recall: Recall | undefined): string {
  return recall && recall.of > 0 ? shown(recall) : "–";
}

function withInterval(recall: Recall | undefined): string {
  if (!recall || recall.of === 0) return "–";
  return `${shown(recall)} (${recall.interval.map((end) => end.toFixed(2)).join("-")})`;
}

function share(recall: Recall | undefined): string {
  if (!recall || recall.of === 0) return "–";
  return `${recall.recall.toFixed(2)} (${recall.interval.map((end) => end.toFixed(2)).join("-")})`;
}

function significant(value: number): string {
  return String(Number(value.toPrecision(3)));
}
