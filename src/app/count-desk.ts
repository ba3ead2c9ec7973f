/** What people see of the counts and the timeline. */
import type { Panel } from "../../detectors/index.ts";
import type { Series } from "../domain/series.ts";
import { formatTime } from "../domain/time.ts";
import type { BucketQuery, ChangeQuery, Page, SeriesQuery } from "../http/api.ts";
import type { Timeline } from "../identity/timeline.ts";
import { expectationOf } from "../pipeline/expectation.ts";
import type { WindowStore } from "../ports/windows.ts";

type Json = Readonly<Record<string, unknown>>;

export interface CountDeskOptions {
  readonly windows: WindowStore;
  readonly timeline: Timeline;
  readonly panelFor: (series: Series) => Panel;
  readonly now: () => number;
}

/** Series looked through for one page; ids are spread evenly, so pages are found by id. */
const MAX_SERIES = 50_000;
const DEFAULT_SPAN = 3_600_000;
const RATE_SPAN = 600_000;
const MAX_STEPS = 11_000;

export class CountDesk {
  readonly #options: CountDeskOptions;

  constructor(options: CountDeskOptions) {
    this.#options = options;
  }

  async series(query: SeriesQuery): Promise<Page<Json>> {
    const { cluster, policy, namespace, workload, digest, limit, cursor } = query;
    const filter = {
      ...(cluster === undefined ? {} : { cluster }),
      ...(policy === undefined ? {} : { policy }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(workload === undefined ? {} : { workload }),
    };
    const found = await this.#options.windows.findSeries(filter, MAX_SERIES);
    const rest = found
      .filter(
        (one) =>
          (digest === undefined || one.digest.startsWith(digest)) && (query.cursor === undefined || one.id > (cursor ?? "")),
      )
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const items = rest.slice(0, limit);
    const last = items.at(-1);
    const rates = await this.#rates(items);
    const rated = items.map((one, index) => ({ ...one, ratePerMinute: rates[index] ?? 0 }));
    return { items: rated, ...(rest.length > items.length && last ? { cursor: last.id } : {}) };
  }

  /** Counts with what was expected where the detectors can say; undefined when there is no such series. */
  async buckets(id: string, query: BucketQuery): Promise<Json | undefined> {
    const { windows } = this.#options;
    const series = await this.#find(id);
    if (!series) return undefined;
    const step = Math.max(windows.width, query.step ?? 60_000);
    const to = query.to ?? this.#options.now();
    const wanted = query.from ?? to - DEFAULT_SPAN;
    const from = Math.max(wanted - (wanted % windows.width), to - MAX_STEPS * step);
    const [counts] = await windows.readCounts([series], from, to, step - (step % windows.width));
    const { timeline, panelFor } = this.#options;
    const expect = await expectationOf(series, { windows, panelFor, shareOf: (...of) => timeline.share(...of) });
    const buckets = Array.from(counts ?? [], (count, index) => {
      const start = from + index * step;
      return { start: formatTime(start), count, ...expect(start, start + step) };
    });
    return { series: { ...series }, step: step / 1000, buckets };
  }

  async changes(query: ChangeQuery): Promise<Page<Json>> {
    const { kind, cluster, namespace, workload, policy, digest, limit } = query;
    const to = query.to ?? Number.MAX_SAFE_INTEGER;
    const from = query.from ?? this.#options.now() - 24 * DEFAULT_SPAN;
    const filter = {
      from,
      to,
      ...(cluster === undefined ? {} : { cluster }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(workload === undefined ? {} : { workload }),
      ...(policy === undefined ? {} : { policy }),
    };
    const found = this.#options.timeline
      .changes(filter)
      .filter(
        (change) =>
          (kind.length === 0 || kind.includes(change.kind)) && (digest === undefined || change.digest?.startsWith(digest)),
      )
      .filter((change) => query.cursor === undefined || `${formatTime(change.time)} ${change.id}` < query.cursor)
      .reverse();
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const items = page.map((change) => ({ ...change, time: formatTime(change.time), receivedAt: formatTime(change.receivedAt) }));
    return { items, ...(found.length > page.length && last ? { cursor: `${formatTime(last.time)} ${last.id}` } : {}) };
  }

  /** Events per minute over the last ten minutes. */
  async #rates(series: readonly Series[]): Promise<readonly number[]> {
    const to = this.#options.now();
    const counts = await this.#options.windows.readCounts(series, to - RATE_SPAN, to, RATE_SPAN);
    return counts.map((row) => (row[0] ?? 0) / (RATE_SPAN / 60_000));
  }

  async #find(id: string): Promise<Series | undefined> {
    for (let shard = 0; shard < this.#options.windows.shards; shard++) {
      const series = (await this.#options.windows.readSeries(shard, [id])).get(id);
      if (series) return series;
    }
    return undefined;
  }
}
