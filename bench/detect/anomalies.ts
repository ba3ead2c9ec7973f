/** What is injected: the factor of the rate by minutes since the start, who shows it, and how long one may look for it. */
export interface Injection {
  readonly name: string;
  factor(minute: number): number;
  readonly lookFor: number;
  readonly pods: "all" | "one";
  /** Start: a minute of the first two test days, or of day 2 or 3 of the series' life. */
  readonly when: "test" | "young";
}

const step =
  (ratio: number, length = 360) =>
  (minute: number) =>
    minute < length ? ratio : 1;

export const INJECTIONS: readonly Injection[] = [
  { name: "x2", factor: step(2), lookFor: 360, pods: "all", when: "test" },
  { name: "x5", factor: step(5), lookFor: 360, pods: "all", when: "test" },
  { name: "x10", factor: step(10), lookFor: 360, pods: "all", when: "test" },
  { name: "b1", factor: step(10, 1), lookFor: 6, pods: "all", when: "test" },
  { name: "b3", factor: step(10, 3), lookFor: 8, pods: "all", when: "test" },
  { name: "ramp", factor: (minute) => 1 + 9 * Math.min(1, (minute + 1) / 120), lookFor: 360, pods: "all", when: "test" },
  { name: "young x2", factor: step(2), lookFor: 360, pods: "all", when: "young" },
  { name: "young x5", factor: step(5), lookFor: 360, pods: "all", when: "young" },
  { name: "young x10", factor: step(10), lookFor: 360, pods: "all", when: "young" },
  { name: "one-pod x10", factor: step(10), lookFor: 360, pods: "one", when: "test" },
];
