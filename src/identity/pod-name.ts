/** What names alone say, by the conventions of the Kubernetes controllers. */

/** Alphabet of generated suffixes and template hashes: no vowels, no 0, 1, 3 (k8s.io/apimachinery, util/rand). */
const SAFE = "bcdfghjklmnpqrstvwxz2456789";
const DEPLOYMENT_POD = new RegExp(`^(.+)-([${SAFE}]{4,10}|(?=[a-f]*\\d)[a-f0-9]{8,10})-([a-z0-9]{5})$`);
const REPLICA_SET = new RegExp(`^(.+)-([${SAFE}]{4,10}|(?=[a-f]*\\d)[a-f0-9]{8,10})$`);
/** A CronJob names its Jobs after the scheduled minute (seconds in old versions). */
const CRON_JOB_RUN = /^(.+)-\d{8,10}$/;
const CRON_JOB_POD = /^(.+)-\d{8,10}-[a-z0-9]{5}$/;
const STATEFUL_POD = /^(.+)-(\d{1,5})$/;
const GENERATED_POD = new RegExp(`^(.+)-[${SAFE}]{5}$`);

export interface NameGuess {
  /** Possible workloads, likeliest first. */
  readonly workloads: readonly string[];
  readonly templateHash?: string;
}

/** What a pod of this name must or may belong to. */
export function guessFromPodName(name: string): NameGuess | undefined {
  const cron = CRON_JOB_POD.exec(name)?.[1];
  if (cron !== undefined) return { workloads: [`CronJob/${cron}`] };
  const deployment = DEPLOYMENT_POD.exec(name);
  if (deployment?.[1] !== undefined && deployment[2] !== undefined) {
    const generated = GENERATED_POD.exec(name)?.[1];
    const others = generated === undefined ? [] : [`DaemonSet/${generated}`, `Job/${generated}`];
    return { workloads: [`Deployment/${deployment[1]}`, ...others], templateHash: deployment[2] };
  }
  const stateful = STATEFUL_POD.exec(name)?.[1];
  if (stateful !== undefined) return { workloads: [`StatefulSet/${stateful}`] };
  const generated = GENERATED_POD.exec(name)?.[1];
  return generated === undefined ? undefined : { workloads: [`DaemonSet/${generated}`, `Job/${generated}`] };
}

/** The workload behind an immediate controller of which nothing but the name is known. */
export function guessTopOwner(owner: string, templateHash: string | undefined): string {
  const slash = owner.indexOf("/");
  const kind = owner.slice(0, slash);
  const name = owner.slice(slash + 1);
  if (kind === "ReplicaSet") {
    const suffix = `-${templateHash ?? ""}`;
    const stem =
      templateHash !== undefined && name.endsWith(suffix) ? name.slice(0, -suffix.length) : REPLICA_SET.exec(name)?.[1];
    return stem === undefined || stem === "" ? owner : `Deployment/${stem}`;
  }
  const cron = kind === "Job" ? CRON_JOB_RUN.exec(name)?.[1] : undefined;
  return cron === undefined ? owner : `CronJob/${cron}`;
}
