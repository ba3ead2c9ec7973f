import type { AlertSeries, Cause } from "../../domain/alert.ts";
import { shortDigest } from "../../domain/digest.ts";
import { UNATTRIBUTED } from "../../domain/violation.ts";
import { blamed } from "./cause-key.ts";

/** `payments/card-api` of namespace and `Deployment/card-api`; the kind is noise in a headline. */
export function workloadName(series: { readonly namespace: string; readonly workload?: string }): string {
  if (series.workload === "") return series.namespace === "" ? "all workloads" : `namespace ${series.namespace}`;
  const name = series.workload?.slice(series.workload.indexOf("/") + 1) ?? "";
  if (name === "" || name === UNATTRIBUTED)
    return series.namespace === "" ? "unattributed workloads" : `namespace ${series.namespace}`;
  return series.namespace === "" ? name : `${series.namespace}/${name}`;
}

/** Tag of an image reference; undefined when it has none. A colon before a slash belongs to a port. */
export function imageTag(image: string | undefined): string | undefined {
  const reference = image?.split("@")[0] ?? "";
  const tag = /:([\w][\w.-]*)$/.exec(reference)?.[1];
  return tag;
}

/** `sha256:ab12cd34 (1.4.3)`. */
export function versionName(version: { readonly digest: string; readonly image?: string }): string {
  const tag = imageTag(version.image);
  return tag ? `${shortDigest(version.digest)} (${tag})` : shortDigest(version.digest);
}

/** `PCI` for short regime names, which are abbreviations. */
export function regimeName(regime: string): string {
  return regime.length <= 5 ? regime.toUpperCase() : regime;
}

/**
 * `PCI violations 10.9x on payments/card-api since sha256:ab12cd34 (1.4.3)`: the leading series' numbers, and the
 * change the verdict names, or the time. "since" claims an order in time, not a cause, so it is right for every tier.
 */
export function titleOf(regimes: readonly string[], series: readonly AlertSeries[], cause: Cause, onsetAt: string): string {
  const lead = leadingSeries(series);
  const subject = regimes.length > 0 ? regimes.map(regimeName).join("/") : (lead?.policy ?? "policy");
  const where = [...new Set(series.map(workloadName))];
  const first = lead ? workloadName(lead) : "";
  const others = where.length > 1 ? ` and ${where.length - 1} more` : "";
  return `${subject} violations ${lead?.ratio ?? 0}x on ${first}${others} since ${sinceWhat(cause, onsetAt)}`;
}

/** The series with the most evidence; the first of equals. */
export function leadingSeries(series: readonly AlertSeries[]): AlertSeries | undefined {
  const open = series.filter((one) => one.resolvedAt === undefined);
  const among = open.length > 0 ? open : series;
  return among.reduce<AlertSeries | undefined>((best, one) => (best && best.evidence >= one.evidence ? best : one), undefined);
}

function sinceWhat(cause: Cause, onsetAt: string): string {
  const suspect = blamed(cause);
  if (suspect?.digest && cause.verdict === "image")
    return versionName({ digest: suspect.digest, ...(suspect.image ? { image: suspect.image } : {}) });
  if (suspect && cause.verdict === "policy") return `the edit of ${suspect.policy ?? "the policy"}`;
  if (suspect && cause.verdict === "config") return "a configuration change";
  if (suspect && cause.verdict === "scale") return "scaling";
  return `${onsetAt.slice(11, 16)} UTC`;
}
