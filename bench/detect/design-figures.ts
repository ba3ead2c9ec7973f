/**
 * Figures of the design of these detectors, from a reference implementation on series of the same classes (240 a class,
 * 120 for office and cron; seeds of its own). A second implementation should come out the same, up to chance.
 */

/** Recall and median delay in minutes; no delay where nothing was found. */
export type Cell = readonly [recall: number, delay?: number];

export interface ClassFigures {
  /** False alarms per series: in the test week; in days .5 to 3; in days 3 to 7. */
  readonly falseAlarms: readonly [number, number, number];
  /** In the order of INJECTIONS. */
  readonly cells: readonly Cell[];
}

/** By class. */
export const CLASS_FIGURES: Readonly<Record<string, ClassFigures>> = {
  poisson: {
    falseAlarms: [0, 0, 0],
    cells: [
      [0.53, 24],
      [0.85, 4],
      [0.99, 2],
      [0.42, 1],
      [0.51, 1],
      [0.98, 34],
      [0.5, 25],
      [0.75, 4],
      [0.92, 2],
      [0.99, 3],
    ],
  },
  nb: {
    falseAlarms: [0, 0, 0],
    cells: [
      [0.55, 33],
      [0.95, 10],
      [1, 4],
      [0.24, 1],
      [0.46, 1],
      [1, 40],
      [0.45, 35],
      [0.85, 8],
      [1, 5],
      [1, 7],
    ],
  },
  seasonal: {
    falseAlarms: [0, 0, 0],
    cells: [
      [0.73, 16],
      [1, 3],
      [1, 1],
      [0.52, 1],
      [0.7, 1],
      [1, 27],
      [0.45, 28],
      [0.67, 5],
      [1, 3],
      [1, 2],
    ],
  },
  bursty: {
    falseAlarms: [0.004, 0, 0.008],
    cells: [
      [0.21, 108],
      [0.94, 18],
      [1, 8],
      [0.01, 1],
      [0.24, 3],
      [1, 63],
      [0.14, 105],
      [0.72, 16],
      [0.99, 9],
      [1, 11],
    ],
  },
  drift: {
    falseAlarms: [0, 0, 0],
    cells: [
      [0.33, 42],
      [1, 3],
      [1, 1],
      [0.64, 1],
      [0.7, 1],
      [1, 33],
      [0.65, 29],
      [1, 4],
      [1, 1],
      [1, 1],
    ],
  },
  autocorr: {
    falseAlarms: [0.013, 0.025, 0.004],
    cells: [
      [0.03, 114],
      [0.51, 51],
      [0.89, 13],
      [0.05, 1],
      [0.25, 2],
      [0.88, 95],
      [0.03, 95],
      [0.45, 31],
      [0.8, 12],
      [0.9, 19],
    ],
  },
  realistic: {
    falseAlarms: [0, 0, 0],
    cells: [
      [0.55, 24],
      [0.97, 8],
      [1, 3],
      [0.33, 1],
      [0.52, 1],
      [1, 40],
      [0.39, 24],
      [0.69, 10],
      [0.99, 6],
      [1, 4],
    ],
  },
  office: {
    falseAlarms: [0, 0, 0],
    cells: [[0.44, 66], [1, 5], [1, 2], [0.47, 1], [0.75, 1], [1, 35], [0], [0.66, 11], [0.74, 3], [1, 2]],
  },
  cron: {
    falseAlarms: [0, 0, 0],
    cells: [[0], [0.87, 12], [1, 3], [0.32, 1], [0.62, 1], [1, 59], [0.02, 110], [0.54, 19], [0.93, 4], [1, 3]],
  },
};

/** Tenfold rises at the threshold of a fleet, ln A = 23, by class; false alarms per series-week. */
export const FLEET_FIGURES: Readonly<Record<string, { readonly cell: Cell; readonly falseAlarms: number }>> = {
  poisson: { cell: [0.92, 3], falseAlarms: 0 },
  nb: { cell: [1, 7], falseAlarms: 0 },
  seasonal: { cell: [1, 2], falseAlarms: 0 },
  bursty: { cell: [1, 19], falseAlarms: 0 },
  drift: { cell: [1, 2], falseAlarms: 0 },
  autocorr: { cell: [0.81, 18], falseAlarms: 0.004 },
  realistic: { cell: [1, 4], falseAlarms: 0 },
};

/** Mean seconds with a known rate at A = a million minutes: judged after every event, every 10 s, every minute. */
export const DELAY_FIGURES: readonly {
  readonly rate: number;
  readonly ratio: number;
  readonly seconds: Readonly<Record<string, number>>;
}[] = [
  { rate: 0.1, ratio: 10, seconds: { "0": 668.3, "10": 670, "60": 698.1 } },
  { rate: 1, ratio: 3, seconds: { "0": 688.7, "10": 697.1, "60": 735.3 } },
  { rate: 1, ratio: 10, seconds: { "0": 75.9, "10": 81.5, "60": 111.5 } },
  { rate: 10, ratio: 3, seconds: { "0": 78.9, "10": 86.1, "60": 122.3 } },
  { rate: 10, ratio: 10, seconds: { "0": 8.7, "10": 14.1, "60": 50.2 } },
  { rate: 100, ratio: 10, seconds: { "0": 0.9, "10": 7.8, "60": 39.7 } },
];

/** Ten times the rate from a deploy on, by events per minute: found within a day, and after how many minutes. */
export const DEPLOY_FIGURES: readonly { readonly rate: number; readonly cell: Cell }[] = [
  { rate: 0.01, cell: [1, 108] },
  { rate: 0.05, cell: [1, 21] },
  { rate: 0.5, cell: [1, 2.5] },
  { rate: 5, cell: [1, 0.3] },
];

/** Tenfold rises of sparse series found within six hours at the threshold of a fleet, by events per minute. */
export const SPARSE_FIGURES: readonly { readonly from: number; readonly to: number; readonly found: number }[] = [
  { from: 0.003, to: 0.03, found: 0.59 },
  { from: 0.03, to: Number.POSITIVE_INFINITY, found: 1 },
];

/** After four weeks of learning instead of one; recall by kind of rise. */
export const FOUR_WEEK_FIGURES: Readonly<Record<string, Readonly<Record<string, Cell>>>> = {
  seasonal: { x2: [0.73, 25], x5: [1, 3], x10: [1, 1], b3: [0.72, 1], ramp: [1, 32] },
  realistic: { x2: [0.6, 62], x5: [0.87, 9], x10: [1, 4], b3: [0.48, 1], ramp: [1, 40] },
};
