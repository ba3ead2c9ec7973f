import type { AlertSeries, Severity } from "../../domain/alert.ts";

/** Least to most severe. */
const ORDER: readonly Severity[] = ["info", "warning", "error", "critical"];
/** Without a regime the size decides: this ratio or more is an error. */
const ERROR_RATIO = 10;

export function isMoreSevere(a: Severity, b: Severity): boolean {
  return ORDER.indexOf(a) > ORDER.indexOf(b);
}

/** The most severe of a list; `info` of an empty one. */
export function worstOf(severities: Iterable<Severity>): Severity {
  let worst: Severity = "info";
  for (const severity of severities) if (isMoreSevere(severity, worst)) worst = severity;
  return worst;
}

/** The highest severity of the alert's regimes; without one, by size: x10 and more is an error, else a warning. */
export function severityOf(
  regimes: readonly string[],
  series: readonly AlertSeries[],
  configured: ReadonlyMap<string, Severity>,
): Severity {
  const stated = regimes.flatMap((regime) => configured.get(regime) ?? []);
  const [first, ...rest] = stated;
  if (first) return rest.reduce((worst, next) => (isMoreSevere(next, worst) ? next : worst), first);
  return series.some((one) => one.ratio >= ERROR_RATIO) ? "error" : "warning";
}
