/**
 * What an event says of its pod, as text: the key under which events are kept apart while nobody knows the pod, and from
 * which it is looked up again when somebody does.
 */
import type { Series } from "../domain/series.ts";
import { UNATTRIBUTED, UNKNOWN_DIGEST, type Violation } from "../domain/violation.ts";

export interface PodMention {
  readonly podUid?: string;
  readonly containerId?: string;
  readonly pod?: string;
  readonly podIp?: string;
  /** The container, where the event names one: containers of one pod may run different images. */
  readonly container?: string;
}

/** Rules that know the workload but not the pod. */
const BY_WORKLOAD: ReadonlySet<string> = new Set(["template", "workload", "labels"]);

/**
 * The mention of an event whose version is left open, or is that of its workload at the time, because nobody knows the
 * pod it names. Undefined for all others: that they are placed costs two comparisons. An event without a workload stays
 * without, because the sums of the workload it may belong to would change. On the hot path of ingest.
 */
export function unplacedMention(violation: Violation, series: Series, rule: string): string | undefined {
  if (series.digest !== UNKNOWN_DIGEST && !BY_WORKLOAD.has(rule)) return undefined;
  const { podUid, containerId, pod, podIp, container } = violation;
  if ((podUid ?? containerId ?? pod ?? podIp) === undefined || series.workload === UNATTRIBUTED) return undefined;
  return `${podUid ?? ""}\n${containerId ?? ""}\n${pod ?? ""}\n${podIp ?? ""}\n${container ?? ""}`;
}

export function readMention(text: string): PodMention {
  const [podUid, containerId, pod, podIp, container] = text.split("\n");
  return {
    ...(podUid ? { podUid } : {}),
    ...(containerId ? { containerId } : {}),
    ...(pod ? { pod } : {}),
    ...(podIp ? { podIp } : {}),
    ...(container ? { container } : {}),
  };
}
