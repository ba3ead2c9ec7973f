/**
 * Pods per version over time, told by announced rollouts and resizes alone. Between two reports of one rollout the
 * numbers move in a straight line. Without reports of progress a rollout is taken to last DEFAULT_RAMP: after a
 * `started`, before a `finished`. A size nobody told is 1, so shares are right and replicas relative.
 */
import type { Change } from "../domain/change.ts";
import { DEFAULT_RAMP } from "./limits.ts";
import { PodLevels, UNKNOWN_SLOT } from "./pod-levels.ts";

/** Pods of every version at a moment; the course between two frames is straight, a jump is two frames at one time. */
export interface Frame {
  readonly at: number;
  readonly levels: ReadonlyMap<string, number>;
}

export type SlotOf = (change: Change) => string;

/** `changes`: rollouts, rollbacks and resizes of one workload, ascending. `slotOf`: key of the version a rollout brings. */
export function announcedFrames(changes: readonly Change[], slotOf: SlotOf): readonly Frame[] {
  const film = new Film(initialSize(changes));
  for (const [index, change] of changes.entries()) {
    if (change.kind === "scale") film.resize(change);
    else film.report(change, slotOf(change), changes.slice(index + 1), slotOf);
  }
  return film.finish();
}

function initialSize(changes: readonly Change[]): number {
  for (const change of changes) {
    if (change.kind === "scale") return change.previousReplicas ?? change.replicas ?? 1;
    const told = (change.replicas ?? 0) + (change.previousReplicas ?? 0);
    if (told > 0) return told;
  }
  return 1;
}

class Film {
  readonly #frames: Frame[] = [];
  readonly #levels: PodLevels;
  /** Where an unreported rollout is heading. */
  #pending: { readonly at: number; readonly since: number; readonly levels: PodLevels } | undefined;
  #last: { readonly slot: string; readonly finished: boolean } | undefined;

  constructor(size: number) {
    this.#levels = new PodLevels(new Map([[UNKNOWN_SLOT, size]]));
  }

  resize(change: Change): void {
    this.#advance(change.time);
    this.#push(change.time);
    this.#levels.scaleTo(change.replicas ?? 0);
    this.#push(change.time);
    if (this.#pending !== undefined) this.#pending.levels.scaleTo(change.replicas ?? 0);
  }

  report(change: Change, slot: string, later: readonly Change[], slotOf: SlotOf): void {
    if (change.previousDigest !== undefined) this.#name(change.previousDigest);
    const continues = this.#last?.slot === slot && !this.#last.finished;
    const { replicas, previousReplicas } = change;
    const told = previousReplicas !== undefined && replicas !== undefined;
    if (!continues) this.#begin(change);
    else this.#drop(change.time);
    const opening = change.phase === "started" && !told;
    if (!opening) {
      const size = this.#levels.total();
      const finished = change.phase === "finished";
      const now = replicas ?? (finished ? size : this.#levels.of(slot));
      this.#levels.set(slot, now, previousReplicas ?? (finished ? 0 : Math.max(0, size - now)), change.previousDigest);
    }
    this.#push(change.time);
    this.#last = { slot, finished: change.phase === "finished" };
    const unbegun = opening || (change.phase === "started" && replicas === 0);
    if (unbegun && !isReportedAgain(slot, later, slotOf)) {
      const levels = this.#levels.copy();
      const size = told || replicas === undefined ? levels.total() : replicas;
      levels.set(slot, size, 0, undefined);
      this.#pending = { at: change.time + DEFAULT_RAMP, since: change.time, levels };
    }
  }

  finish(): readonly Frame[] {
    this.#advance(Number.POSITIVE_INFINITY);
    return this.#frames;
  }

  /** The first word of a rollout that is already under way starts it DEFAULT_RAMP earlier. */
  #begin(change: Change): void {
    const since = change.phase === "started" ? change.time : change.time - DEFAULT_RAMP;
    const last = this.#frames.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
    const start = Math.max(since, Math.min(last, change.time));
    this.#advance(start);
    this.#pending = undefined;
    this.#push(start);
  }

  /** The version that ran before anything was announced has a name now. */
  #name(digest: string): void {
    const isNew = !this.#frames.some((frame) => frame.levels.has(digest)) && this.#levels.of(digest) === 0;
    if (!isNew || this.#levels.of(UNKNOWN_SLOT) === 0) return;
    this.#levels.rename(UNKNOWN_SLOT, digest);
    this.#pending?.levels.rename(UNKNOWN_SLOT, digest);
    for (const [index, frame] of this.#frames.entries()) {
      const levels = new PodLevels(frame.levels);
      levels.rename(UNKNOWN_SLOT, digest);
      this.#frames[index] = { at: frame.at, levels: levels.snapshot() };
    }
  }

  /** Carries an unreported rollout on to a time. */
  #advance(time: number): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    if (pending.at <= time) {
      this.#levels.become(pending.levels);
      this.#push(pending.at);
      this.#pending = undefined;
    } else {
      this.#levels.moveTowards(pending.levels, (time - pending.since) / (pending.at - pending.since));
      this.#pending = { ...pending, since: time };
    }
  }

  #drop(time: number): void {
    this.#advance(time);
    this.#pending = undefined;
  }

  #push(at: number): void {
    this.#frames.push({ at, levels: this.#levels.snapshot() });
  }
}

/** Whether the rollout will be spoken of again before another one begins. */
function isReportedAgain(slot: string, later: readonly Change[], slotOf: SlotOf): boolean {
  const next = later.find((change) => change.kind !== "scale");
  return next !== undefined && slotOf(next) === slot && (next.phase !== "started" || next.replicas !== undefined);
}
