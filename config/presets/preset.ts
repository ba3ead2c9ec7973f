/**
 * A built-in regime. It holds a violation when any alternative does; an alternative is a list of matchers that must all
 * hold, over the labels of a violation: its fields by name (`policy`, `engine`, `namespace`, `workload` …) and its own
 * labels (`tags` of Falco, labels of pods and policies).
 */
export interface RegimePreset {
  readonly severity: "critical" | "error" | "warning" | "info";
  readonly alternatives: readonly (readonly string[])[];
}

/**
 * The usual places where a regime is named: at the start of a policy's name or after a separator, among the tags of
 * a rule, and in a `compliance` label (a record that names its regimes itself needs no matcher). `word` is a regular expression without anchors.
 */
export function named(severity: RegimePreset["severity"], word: string): RegimePreset {
  const token = `(?i)(.*[-_./: ])?(${word})([-_./: 0-9].*)?`;
  const listed = `(?i)(.*[-_./:,; ])?(${word})([-_./:,; 0-9].*)?`;
  return {
    severity,
    alternatives: [
      [`policy=~${JSON.stringify(token)}`],
      [`tags=~${JSON.stringify(listed)}`],
      [`compliance=~${JSON.stringify(listed)}`],
    ],
  };
}
