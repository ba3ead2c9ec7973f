import { hashHex } from "../domain/ids.ts";
import { DeploymentHistory, type Version } from "./deployment-history.ts";
import { POLICY_CATALOGUE, type SimulatedPolicy } from "./policy-catalogue.ts";
import { RandomStream } from "./random.ts";

/** How the events of a series come: one by one, in clumps of one pod, or with a daily wave. */
export type Shape = "poisson" | "clumped" | "seasonal";

/** One (policy, workload): a background rate and how it varies. */
export interface SimulatedSeries {
  readonly policy: SimulatedPolicy;
  readonly workload: SimulatedWorkload;
  /** Events per minute of the whole workload, averaged over a day. */
  readonly rate: number;
  readonly shape: Shape;
}

export interface SimulatedWorkload {
  readonly cluster: string;
  readonly namespace: string;
  /** Name without the kind. */
  readonly name: string;
  readonly container: string;
  readonly team: string;
  readonly history: DeploymentHistory;
  readonly series: readonly SimulatedSeries[];
  /** The version after `versions` earlier ones. */
  build(versions: number): Version;
}

export interface Fleet {
  readonly cluster: string;
  readonly workloads: readonly SimulatedWorkload[];
}

const CLUSTER = "prod-eu";
/** Letters and digits of generated Kubernetes names (no vowels, no look-alikes). */
const SAFE = "bcdfghjklmnpqrstvwxz2456789";
const NAMESPACES: readonly (readonly [namespace: string, team: string])[] = [
  ["payments", "payments"],
  ["clinic", "health"],
  ["shop", "storefront"],
  ["identity", "platform"],
  ["ledger", "payments"],
  ["logistics", "supply"],
];
const SUBJECTS = [
  "card",
  "order",
  "patient",
  "invoice",
  "session",
  "refund",
  "catalog",
  "ledger",
  "shipment",
  "claim",
  "token",
  "report",
];
const ROLES = ["api", "worker", "gateway", "sync", "scheduler", "exporter"];
const SHAPES: readonly Shape[] = ["poisson", "clumped", "seasonal"];
const MIN_RATE = 0.02;
const MAX_RATE = 2;
/** Geometric middle of the range, and a spread that puts 95 % of the draws inside it. */
const LOG_MEAN_RATE = Math.log(Math.sqrt(MIN_RATE * MAX_RATE));
const LOG_SD_RATE = Math.log(MAX_RATE / MIN_RATE) / 4;

/** Draws the workloads of a fleet. The same seed gives the same workloads, however many follow. */
export function drawFleet(seed: number, workloads: number, policies: number): Fleet {
  const catalogue = POLICY_CATALOGUE.slice(0, Math.max(1, policies));
  return { cluster: CLUSTER, workloads: Array.from({ length: workloads }, (_, index) => drawWorkload(seed, index, catalogue)) };
}

/** Workload number `index`: names are walked through in order so that they are unique. */
function drawWorkload(seed: number, index: number, catalogue: readonly SimulatedPolicy[]): SimulatedWorkload {
  const random = new RandomStream(["workload", seed, index]);
  const [namespace, team] = NAMESPACES[index % NAMESPACES.length] ?? ["default", "platform"];
  const subject = SUBJECTS[index % SUBJECTS.length] ?? "app";
  const role = ROLES[Math.floor(index / SUBJECTS.length) % ROLES.length] ?? "app";
  const generation = Math.floor(index / (SUBJECTS.length * ROLES.length));
  const name = generation === 0 ? `${subject}-${role}` : `${subject}-${role}-${generation + 1}`;
  const minor = random.integer(0, 9);
  const build = (versions: number): Version => drawVersion(seed, namespace, name, minor, versions);
  const series: SimulatedSeries[] = [];
  const workload: SimulatedWorkload = {
    cluster: CLUSTER,
    namespace,
    name,
    container: role,
    team,
    history: new DeploymentHistory(build(0), random.integer(2, 20)),
    series,
    build,
  };
  // The first policy of the catalogue applies everywhere, so that every fleet has PCI series to watch.
  for (const [position, policy] of catalogue.entries()) {
    const rate = Math.exp(LOG_MEAN_RATE + LOG_SD_RATE * random.normal());
    const shape = random.pick(SHAPES);
    if (random.uniform() < 0.5 || position === 0)
      series.push({ policy, workload, rate: Math.min(MAX_RATE, Math.max(MIN_RATE, rate)), shape });
  }
  return workload;
}

function drawVersion(seed: number, namespace: string, name: string, minor: number, versions: number): Version {
  const tag = `1.${minor}.${versions}`;
  const random = new RandomStream(["template", seed, namespace, name, tag]);
  return {
    image: `registry.acme.example/${namespace}/${name}:${tag}`,
    digest: `sha256:${hashHex(["simulated-image", String(seed), namespace, name, tag])}`,
    templateHash: random.text(SAFE, 10),
  };
}

/** Name of the pod in `slot` of an activation, as the ReplicaSet controller would make it. `activation`: time it began. */
export function podName(workload: SimulatedWorkload, version: Version, slot: number, activation: number): string {
  const suffix = new RandomStream(["pod", workload.namespace, version.digest, slot, activation]).text(SAFE, 5);
  return `${workload.name}-${version.templateHash}-${suffix}`;
}
