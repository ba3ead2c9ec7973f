/** What the picture of an alert shows; every number in it is of the same moment as the alert's own. Times in milliseconds. */

export interface ChartStep {
  readonly count: number;
  /** Events expected in this step, and the most that are still normal; absent where nothing was learned yet. */
  readonly expected?: number;
  readonly upper?: number;
}

/** Counts of one version of the workload. */
export interface ChartLayer {
  /** `sha256:ab12cd34 (1.4.3)`, or what is added up where no single version is meant. */
  readonly label: string;
  /** The version the verdict names. */
  readonly suspect: boolean;
  readonly steps: readonly ChartStep[];
}

export interface ChartMark {
  readonly at: number;
  readonly kind: "onset" | "change";
  /** One line: `rollout sha256:ab12cd34`. */
  readonly label: string;
}

export interface AlertChart {
  /** One line: which policy, on what. */
  readonly title: string;
  /** One line: the alert's numbers. */
  readonly caption: string;
  readonly from: number;
  /** Length of a step. The onset is the beginning of one. */
  readonly step: number;
  /** All of the same length; the suspect last, so that it stands on the others. */
  readonly layers: readonly ChartLayer[];
  /** In the order of time. */
  readonly marks: readonly ChartMark[];
}
