/**
 * Tells incident services of rollouts, so that they show beside an incident what changed. Only of workloads that some policy
 * has counted, once for each new version, and slowly: what is owed to people goes by the same keys and comes first.
 */
import type { Change } from "../domain/change.ts";
import type { AlertStore } from "../ports/alert-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { ChangeNotice, Delivery } from "../ports/notifier.ts";
import type { WindowStore } from "../ports/windows.ts";

/** A target that wants to hear of changes. */
export interface ChangeTarget {
  /** `receiver/kind/index`. */
  readonly target: string;
  readonly tell: (notice: ChangeNotice, signal: AbortSignal) => Promise<Delivery>;
}

export interface TellChangesOptions {
  readonly windows: Pick<WindowStore, "findSeries">;
  readonly values: Pick<AlertStore, "readValue" | "writeValue">;
  readonly clock: Clock;
  /** Changes with time in [from, to], milliseconds, ascending. */
  readonly changes: (filter: { readonly from: number; readonly to: number }) => readonly Change[];
  readonly targets: () => readonly ChangeTarget[];
  readonly externalUrl: string;
  /** A change was not told; `detail` holds no secret. */
  readonly onRefused: (target: string, detail: string) => void;
}

/** The newest version of a workload's container that a target was told of. */
interface Told {
  readonly at: number;
  readonly digest?: string;
  readonly image?: string;
}

/** Who announced a rollout and what its pods run is put together in this time, milliseconds. */
const SETTLE = 30_000;
/** A rollout whose digest is still unknown is told by its image after this time. */
const WITHOUT_DIGEST = 5 * 60_000;
/** Changes that become known later than this are no news any more. */
const LOOK_BACK = 6 * 3_600_000;
/** Most changes told to one target by one look: with a look every ten seconds, 24 a minute of the 120 PagerDuty takes. */
const PER_LOOK = 4;
/** Pause of a target that did not answer, or said 429 without a time. */
const PAUSE = 60_000;
/** A workload that no policy has counted is asked about again after this time. */
const ASK_AGAIN = 60_000;
const KEEP = 90 * 86_400_000;
const MAX_SERIES = 200;

export class ChangeTeller {
  readonly #options: TellChangesOptions;
  readonly #pausedUntil = new Map<string, number>();
  /** By workload: when it was found that no policy has counted it. */
  readonly #unconcerned = new Map<string, number>();
  #told = new Map<string, Told | undefined>();

  constructor(options: TellChangesOptions) {
    this.#options = options;
  }

  /** Another daemon may have told changes meanwhile: call while this one does not coordinate. */
  forget(): void {
    this.#told.clear();
  }

  /** Call every ten seconds in the daemon that coordinates. Rejects when the store is away; the next look makes up for it. */
  async look(signal: AbortSignal): Promise<void> {
    const { clock, targets } = this.#options;
    const now = clock.now();
    const wanted = targets();
    for (const [workload, at] of this.#unconcerned) if (now - at > ASK_AGAIN) this.#unconcerned.delete(workload);
    const seen = new Map<string, Told | undefined>();
    for (const target of wanted) await this.#tellOne(target, now, seen, signal);
    this.#told = seen;
  }

  async #tellOne({ target, tell }: ChangeTarget, now: number, seen: Map<string, Told | undefined>, signal: AbortSignal) {
    const { changes, externalUrl } = this.#options;
    const from = Math.max(await this.#since(target, now), now - LOOK_BACK);
    let left = (this.#pausedUntil.get(target) ?? 0) > now ? 0 : PER_LOOK;
    for (const change of changes({ from, to: now - SETTLE })) {
      if (signal.aborted) return;
      if (!isTellable(change, now)) continue;
      const key = `changes:told:${target}:${workloadKey(change)}/${change.container ?? ""}`;
      const told = seen.get(key) ?? (this.#told.has(key) ? this.#told.get(key) : await this.#readTold(key));
      seen.set(key, told);
      if (left === 0 || (told && !isNews(change, told))) continue;
      const policies = await this.#policiesOf(change, now);
      if (policies.length === 0) continue;
      left--;
      const delivery = await tell({ change, policies, externalUrl }, signal);
      if (signal.aborted) return;
      if (!delivery.ok) this.#options.onRefused(target, `${delivery.reason}: ${delivery.detail}`);
      if (!delivery.ok && delivery.retryable) {
        this.#pausedUntil.set(target, now + (delivery.retryAfter ?? PAUSE));
        left = 0;
      } else seen.set(key, await this.#remember(key, change));
    }
  }

  /** What happened before a target asked for changes is not told. */
  async #since(target: string, now: number): Promise<number> {
    const { values } = this.#options;
    const name = `changes:since:${target}`;
    const known = await values.readValue(name);
    const since = known === undefined ? now : Number(known);
    if (known === undefined || now - since > KEEP / 2)
      await values.writeValue(name, String(Math.max(since, now - LOOK_BACK)), KEEP);
    return since;
  }

  async #readTold(key: string): Promise<Told | undefined> {
    const text = await this.#options.values.readValue(key);
    return text === undefined ? undefined : (JSON.parse(text) as Told);
  }

  async #remember(key: string, { time, digest, image }: Change): Promise<Told> {
    const told: Told = { at: time, ...(digest === undefined ? {} : { digest }), ...(image === undefined ? {} : { image }) };
    await this.#options.values.writeValue(key, JSON.stringify(told), 2 * LOOK_BACK);
    return told;
  }

  async #policiesOf(change: Change, now: number): Promise<readonly string[]> {
    const { cluster, namespace, workload = "" } = change;
    const key = workloadKey(change);
    if (this.#unconcerned.has(key)) return [];
    const series = await this.#options.windows.findSeries({ cluster, namespace, workload }, MAX_SERIES);
    if (series.length === 0) this.#unconcerned.set(key, now);
    return [...new Set(series.map(({ policy }) => policy))].sort();
  }
}

function isTellable({ kind, workload, digest, image, time }: Change, now: number): boolean {
  if ((kind !== "rollout" && kind !== "rollback") || workload === undefined) return false;
  return digest !== undefined || (image !== undefined && now - time >= WITHOUT_DIGEST);
}

/** Another version, later. One rollout may be told of by several, with somewhat different times. */
function isNews(change: Change, told: Told): boolean {
  const same =
    change.digest !== undefined && told.digest !== undefined ? change.digest === told.digest : change.image === told.image;
  return change.time > told.at && !same;
}

function workloadKey({ cluster, namespace, workload = "" }: Change): string {
  return `${cluster}/${namespace}/${workload}`;
}
