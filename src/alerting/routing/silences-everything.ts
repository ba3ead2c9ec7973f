/** The guard against silencing every alert by mistake. */
import { VIOLATION_KIND, VIOLATION_NAME } from "../labels.ts";
import { compileMatchers, type Matcher, matchesAbsent } from "../matchers.ts";

/** Values nobody has: a matcher that takes all of them takes anything. */
const ANYTHING = ["a", "0", "Zz9", "a-b.c_d/e:f@g", "x".repeat(80)];

/** Labels that are never empty on alerts about violations, with their values where these are a closed list. */
const ALWAYS_THERE: Readonly<Record<string, readonly string[]>> = {
  alert: ANYTHING,
  // Alerts of kind blind and storm have other values, but are few: who silences every violation has silenced everything.
  kind: [VIOLATION_KIND],
  alertname: [VIOLATION_NAME],
  fingerprint: ANYTHING,
  severity: ["critical", "error", "warning", "info"],
  state: ["firing", "acknowledged", "mitigated"],
  cluster: ANYTHING,
  verdict: ["image", "policy", "scale", "config", "environment", "unexplained", "inconclusive"],
  tier: ["asserted", "likely", "unexplained"],
  policy: ANYTHING,
  engine: ANYTHING,
  namespace: ANYTHING,
  workload: ANYTHING,
  digest: ANYTHING,
};

/**
 * True when the matchers take every alert about violations, or all but invented ones: each holds without the label it names
 * (`team!="x"`), or whatever value a label has that each of them has (`cluster=~".+"`, `kind="violation"`). Silencing what is said about
 * Tenfold itself (`kind="blind"`, `alertname=~"TenfoldAlertStorm|TenfoldSourceQuiet"`) is narrow.
 */
export function silencesEverything(matchers: readonly Matcher[]): boolean {
  return matchers.every((matcher) => {
    if (matchesAbsent(matcher)) return true;
    const values = Object.hasOwn(ALWAYS_THERE, matcher.name) ? ALWAYS_THERE[matcher.name] : undefined;
    const takes = compileMatchers([matcher]);
    return values?.every((value) => takes({ [matcher.name]: value })) ?? false;
  });
}
