/**
 * What is known about a series before its first event: the same policy and workload on another digest; else how long
 * the workload was watched under the policy without one.
 */
import type { Panel, PanelState, Prior } from "../../detectors/contract.ts";
import { hashHex } from "../domain/ids.ts";
import type { Series } from "../domain/series.ts";
import type { AlertStore } from "../ports/alert-store.ts";
import type { WindowStore } from "../ports/windows.ts";
import { decodeState, type SeriesState } from "./series-state.ts";

export interface PriorSources {
  readonly windows: WindowStore;
  readonly values: Pick<AlertStore, "readValue" | "writeValue">;
  readonly previousDigest: (
    cluster: string,
    namespace: string,
    workload: string,
    digest: string,
    at: number,
  ) => string | undefined;
}

/** Siblings looked at for a prior. */
const MAX_SIBLINGS = 32;
const FIRST_SEEN_TTL = 180 * 86_400_000;
/** Silence before this is not counted: a policy quiet for a week says no more after a month. */
export const LONGEST_SILENCE = 7 * 86_400_000;
const MAX_REMEMBERED = 200_000;

export class PriorFinder {
  readonly #sources: PriorSources;
  readonly #firstSeen = new Map<string, number>();

  constructor(sources: PriorSources) {
    this.#sources = sources;
  }

  /** The state of the version that ran before, for a series without state of its own. */
  async previous(
    series: Series,
    at: number,
    shard: number,
    live: (id: string) => SeriesState | undefined,
  ): Promise<Prior | undefined> {
    const { cluster, policy, namespace, workload, digest } = series;
    const siblings = await this.#sources.windows.findSeries({ cluster, policy, namespace, workload }, MAX_SIBLINGS);
    const others = siblings.filter((sibling) => sibling.digest !== digest && sibling.level === series.level);
    if (others.length === 0) return undefined;
    const stored = await this.#sources.windows.readStates(
      shard,
      others.map((sibling) => sibling.id),
    );
    const announced = this.#sources.previousDigest(cluster, namespace, workload, digest, at);
    let best: SeriesState | undefined;
    for (const sibling of others) {
      const text = stored.get(sibling.id);
      const state = live(sibling.id) ?? (text === undefined ? undefined : decodeState(text));
      if (!state) continue;
      if (sibling.digest === announced) return { kind: "previous", state: state.panel };
      if (!best || state.end > best.end) best = state;
    }
    return best && { kind: "previous", state: best.panel };
  }

  /** Notes that policy and workload exist, for the benefit of series that appear later. */
  async note(series: Series, at: number): Promise<void> {
    await this.#first(policyKey(series), at);
    await this.#first(workloadKey(series), at);
  }

  /**
   * A state that has watched the silence since policy and workload were first seen; undefined when there was none, or when
   * neither was noted. A first violation long after both were known is then judged against an expectation of nearly nothing.
   */
  async silence(
    series: Series,
    at: number,
    width: number,
    panel: Panel,
  ): Promise<{ state: PanelState; end: number } | undefined> {
    const policy = await this.#seen(policyKey(series));
    const workload = await this.#seen(workloadKey(series));
    if (policy === undefined || workload === undefined) return undefined;
    const since = Math.max(policy, workload, at - LONGEST_SILENCE);
    const start = since - (since % width);
    if (start + width > at) return undefined;
    const { state } = panel.step(undefined, { at: start, width, count: 0, clipped: 0, exposure: width / 1000 });
    return { state, end: start + width };
  }

  async #first(key: string, at: number): Promise<number> {
    const cached = this.#firstSeen.get(key);
    if (cached !== undefined) return cached;
    const stored = await this.#seen(key);
    const first = Math.min(stored ?? at, at);
    if (first !== stored) await this.#sources.values.writeValue(key, String(first), FIRST_SEEN_TTL);
    if (this.#firstSeen.size >= MAX_REMEMBERED) this.#firstSeen.clear();
    this.#firstSeen.set(key, first);
    return first;
  }

  /** Undefined when it was never noted. */
  async #seen(key: string): Promise<number | undefined> {
    const stored = this.#firstSeen.get(key) ?? Number(await this.#sources.values.readValue(key));
    return Number.isFinite(stored) && stored > 0 ? stored : undefined;
  }
}

/** Notes that policy and workload were known, and silent, since `since` (milliseconds): what comes is judged at once. */
export async function assumeSilence(
  values: Pick<AlertStore, "writeValue">,
  series: Pick<Series, "cluster" | "policy" | "namespace" | "workload">,
  since: number,
): Promise<void> {
  await values.writeValue(policyKey(series), String(since), FIRST_SEEN_TTL);
  await values.writeValue(workloadKey(series), String(since), FIRST_SEEN_TTL);
}

function policyKey(series: Pick<Series, "cluster" | "policy">): string {
  return `first:${hashHex(["policy", series.cluster, series.policy]).slice(0, 24)}`;
}

function workloadKey(series: Pick<Series, "cluster" | "namespace" | "workload">): string {
  return `first:${hashHex(["workload", series.cluster, series.namespace, series.workload]).slice(0, 24)}`;
}
