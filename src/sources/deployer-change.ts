/** Building the changes that deployment tools announce: one id however often the tool repeats itself. */
import type { Change } from "../domain/change.ts";
import { shortId } from "../domain/ids.ts";
import type { Outcome, ParseContext } from "../ports/source.ts";

export type ChangeDraft = Omit<Partial<Change>, "id" | "receivedAt" | "source"> & Pick<Change, "time" | "kind" | "phase">;

/** Undefined fields of the draft are left out. `identity`: what the source calls this notice, where it does. */
export function announced(
  source: string,
  draft: { readonly [Key in keyof ChangeDraft]: ChangeDraft[Key] | undefined },
  context: ParseContext,
  identity = "",
): Outcome {
  const known = Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined)) as ChangeDraft;
  const change: Omit<Change, "id"> = { cluster: context.cluster, namespace: "", ...known, receivedAt: context.now, source };
  const fields = [change.kind, change.phase, change.cluster, change.namespace, change.workload, change.policy, change.digest];
  const id = shortId([
    "change",
    source,
    identity,
    String(change.time),
    change.revision ?? "",
    ...fields.map((field) => field ?? ""),
  ]);
  return { type: "timeline", record: { type: "change", change: { id, ...change } } };
}

const KINDS: Readonly<Record<string, string>> = {
  deployment: "Deployment",
  statefulset: "StatefulSet",
  daemonset: "DaemonSet",
  cronjob: "CronJob",
  job: "Job",
};

/** `Kind/name` from a kind in any case and a name; undefined when it is no kind of workload. */
export function workloadName(kind: string | undefined, name: string | undefined): string | undefined {
  const proper = kind === undefined ? undefined : KINDS[kind.toLowerCase()];
  return proper === undefined || name === undefined || name === "" ? undefined : `${proper}/${name}`;
}
