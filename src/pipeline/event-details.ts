/**
 * What the counters do not keep and a verdict asks for: which pods the newest events named, and how they were placed.
 * Held in memory by the process that received them; after a restart, and for events that another process received, a
 * verdict does without. Bounded in time and in number.
 */
import type { IdentifiedViolation } from "./identify.ts";

/** Events of one series in one fine bucket. */
export interface BucketDetails {
  /** Start of the bucket, milliseconds. */
  readonly at: number;
  /** Events by the pod they name: its uid, else its name, else its address. */
  readonly pods: ReadonlyMap<string, number>;
  /** Events that another policy decided, by its name. */
  readonly decidedBy: ReadonlyMap<string, number>;
  /** Events that name a container, by its name. */
  readonly containers: ReadonlyMap<string, number>;
  /** Events placed by address alone. */
  readonly byIp: number;
  /** Events that came after their bucket was closed. */
  readonly late: number;
}

/** What one event added, so that it can be taken back. */
export interface NotedEvent {
  readonly cell: Cell;
  readonly count: number;
  readonly pod: string | undefined;
  readonly container: string | undefined;
  readonly decidedBy: string | undefined;
  readonly byIp: boolean;
  readonly late: boolean;
}

interface Cell {
  readonly pods: Map<string, number>;
  decidedBy: ReadonlyMap<string, number>;
  /** The first container that was named, and its events: nearly always all there are in one series. */
  container: string | undefined;
  inContainer: number;
  otherContainers: Map<string, number> | undefined;
  byIp: number;
  late: number;
}

/** As far back as an episode looks, and an hour for events that come late, milliseconds. */
const KEPT = 3 * 3_600_000;
/** Pods of series and buckets remembered at most; further events are then taken as naming no pod. */
const MAX_ENTRIES = 400_000;

/** Shared by all cells, of which hardly one ever has another policy. */
const NOBODY: ReadonlyMap<string, number> = new Map();
const NO_CONTAINER = { container: undefined, inContainer: 0, otherContainers: undefined } as const;

export class EventDetails {
  readonly #width: number;
  readonly #buckets = new Map<number, Map<string, Cell>>();
  #newest = Number.NEGATIVE_INFINITY;
  #entries = 0;

  /** `width`: of the fine buckets, milliseconds. */
  constructor(width: number) {
    this.#width = width;
  }

  /** On the hot path of ingest. `now`: the time the events have reached. Undefined for an event too old to be of use. */
  note({ violation, series, rule }: IdentifiedViolation, now: number): NotedEvent | undefined {
    const { time, count } = violation;
    const at = time - (time % this.#width);
    if (at > this.#newest) this.#advance(at);
    else if (at <= this.#newest - KEPT) return undefined;
    const cell = this.#cellOf(at, series.id);
    const pod = this.#place(cell, violation.podUid ?? violation.pod ?? violation.podIp);
    const decidedBy = violation.decidedBy === violation.policy ? undefined : violation.decidedBy;
    const late = at + this.#width + series.lateness < now;
    const noted = { cell, count, pod, container: violation.container, decidedBy, byIp: rule === "ip", late };
    add(noted, count);
    return noted;
  }

  /** For an event that was not counted: the store had it already, or did not take it. */
  takeBack(noted: NotedEvent): void {
    add(noted, -noted.count);
  }

  /** Of one series over [from, to), ascending. */
  read(seriesId: string, from: number, to: number): readonly BucketDetails[] {
    const out: BucketDetails[] = [];
    for (const [at, cells] of this.#buckets) {
      const cell = at >= from && at < to ? cells.get(seriesId) : undefined;
      if (cell) out.push(detailsOf(at, cell));
    }
    return out.sort((a, b) => a.at - b.at);
  }

  #cellOf(at: number, seriesId: string): Cell {
    let cells = this.#buckets.get(at);
    if (!cells) {
      cells = new Map();
      this.#buckets.set(at, cells);
    }
    let cell = cells.get(seriesId);
    if (!cell) {
      cell = { pods: new Map(), decidedBy: NOBODY, ...NO_CONTAINER, byIp: 0, late: 0 };
      cells.set(seriesId, cell);
    }
    return cell;
  }

  /** The pod, unless it is new and there is no room for it. */
  #place(cell: Cell, pod: string | undefined): string | undefined {
    if (pod === undefined || cell.pods.has(pod)) return pod;
    if (this.#entries >= MAX_ENTRIES) return undefined;
    this.#entries++;
    cell.pods.set(pod, 0);
    return pod;
  }

  #advance(at: number): void {
    this.#newest = at;
    for (const [old, cells] of this.#buckets) {
      if (old > at - KEPT) continue;
      for (const cell of cells.values()) this.#entries -= cell.pods.size;
      this.#buckets.delete(old);
    }
  }
}

function add({ cell, pod, container, decidedBy, byIp, late }: NotedEvent, count: number): void {
  if (byIp) cell.byIp += count;
  if (late) cell.late += count;
  if (decidedBy !== undefined)
    cell.decidedBy = new Map(cell.decidedBy).set(decidedBy, (cell.decidedBy.get(decidedBy) ?? 0) + count);
  if (container !== undefined) addContainer(cell, container, count);
  if (pod !== undefined) cell.pods.set(pod, (cell.pods.get(pod) ?? 0) + count);
}

function addContainer(cell: Cell, container: string, count: number): void {
  cell.container ??= container;
  if (cell.container === container) cell.inContainer += count;
  else {
    cell.otherContainers ??= new Map();
    cell.otherContainers.set(container, (cell.otherContainers.get(container) ?? 0) + count);
  }
}

function detailsOf(at: number, { container, inContainer, otherContainers, ...cell }: Cell): BucketDetails {
  const containers =
    container === undefined ? NOBODY : new Map<string, number>([[container, inContainer], ...(otherContainers ?? [])]);
  return { at, ...cell, containers };
}
