/** What every benchmark answers with. */
export interface BenchmarkResult {
  /** Markdown. */
  readonly text: string;
  /** The same, for programs. */
  readonly json: unknown;
  /** SVG by file name. */
  readonly pictures?: Readonly<Record<string, string>>;
}
