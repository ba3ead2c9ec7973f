/**
 * How often each source sends, learned over weeks, and when one that always sent is quiet. All times are those of the
 * wall, milliseconds: an old record that arrives now is a sign of life. Daemons share what they saw through the store; a
 * time in which none ran is nobody's silence.
 */
import type { SourceTally } from "./normalize.ts";

/** What a person expects: silence longer than `every` (milliseconds) is worth an alert. */
export interface Expectation {
  readonly source: string;
  readonly cluster?: string | undefined;
  readonly every: number;
}

export interface CadencePolicy {
  readonly expect: readonly Expectation[];
  /** How long a source must have been known before its silence means anything, milliseconds; Infinity: never. */
  readonly learnAfter: number;
}

export interface QuietSource {
  /** `falco`, or `falco in prod-eu`. */
  readonly subject: string;
  /** Undefined: nothing came since somebody watches. */
  readonly lastAt: number | undefined;
  readonly quietFor: number;
  /** The longest silence that is taken as normal. */
  readonly limit: number;
  readonly learned: boolean;
  /** Part of the silence was not watched: it goes on as far as is known, but it is no news. */
  readonly unsure?: true;
}

export interface LossySource {
  readonly subject: string;
  readonly lostAt: number;
  /** Events it said it lost since it began to, at least. */
  readonly lost: number;
}

interface Seen {
  readonly firstAt: number;
  readonly lastAt: number;
  /** Number of the present week, the longest silence in it and in the one before. */
  readonly week: number;
  readonly gap: number;
  readonly gapBefore: number;
  readonly lostAt?: number;
  readonly lost?: number;
}

const WEEK = 7 * 86_400_000;
/** Silence is at least this long before it is one. */
const SHORTEST = 30 * 60_000;
/** A source with longer silences than a third of this sends too seldom for its silence to mean anything. */
const LONGEST = 24 * 3_600_000;
/** If records come at random, the longest of N gaps is about ln N times the mean; one of the next N is three times that long with probability 1/N². */
const FACTOR = 3;
/** A watcher that did not look for so long was not watching. */
const ASLEEP = 60_000;
/** Events lost are told for so long after the last. */
const LOSS_LASTS = 10 * 60_000;
/** Sources and clusters told apart. */
const MAX_KEYS = 500;

export class SourceCadence {
  readonly #seen = new Map<string, Seen>();
  #watchingSince: number;
  #lookedAt: number;

  constructor(now: number) {
    this.#watchingSince = now;
    this.#lookedAt = now;
  }

  /** A batch came. */
  note(sources: ReadonlyMap<string, SourceTally>, now: number): void {
    for (const [source, { clusters, lost }] of sources) {
      this.#arrived(source, now);
      for (const cluster of clusters) this.#arrived(keyOf(source, cluster), now);
      if (lost > 0) this.#lost(source, lost, now);
    }
  }

  /** Call regularly: after a pause, silence is counted from now on. */
  look(now: number): void {
    if (now - this.#lookedAt > ASLEEP) this.#watchingSince = now;
    this.#lookedAt = now;
  }

  quiet(policy: CadencePolicy, now: number): readonly QuietSource[] {
    const found: QuietSource[] = [];
    const expected = new Set<string>();
    for (const { source, cluster, every } of policy.expect) {
      const key = keyOf(source, cluster);
      expected.add(key);
      found.push(...this.#silence(key, every, false, now));
    }
    for (const [key, seen] of this.#seen) {
      const limit = limitOf(seen);
      const known = now - seen.firstAt >= policy.learnAfter;
      // What is expected of a source says what its silence means; clusters are only told apart where that is asked for.
      if (known && limit <= LONGEST && !expected.has(key) && !key.includes("\n"))
        found.push(...this.#silence(key, limit, true, now));
    }
    return found;
  }

  lossy(now: number): readonly LossySource[] {
    return [...this.#seen].flatMap(([key, { lostAt, lost = 0 }]) =>
      lostAt !== undefined && now - lostAt < LOSS_LASTS ? [{ subject: subjectOf(key), lostAt, lost }] : [],
    );
  }

  /** For the store: what all daemons know together, once each has merged what it found there. */
  encode(): string {
    return JSON.stringify({ v: 1, seen: [...this.#seen] });
  }

  /** Takes in what is stored. What cannot be read is as if nothing were. */
  merge(text: string | undefined): void {
    for (const [key, stored] of decode(text)) {
      const own = this.#seen.get(key);
      if (own || this.#seen.size < MAX_KEYS) this.#seen.set(key, own ? together(own, stored) : stored);
    }
  }

  #silence(key: string, limit: number, learned: boolean, now: number): readonly QuietSource[] {
    const lastAt = this.#seen.get(key)?.lastAt;
    const watched = now - Math.max(lastAt ?? 0, this.#watchingSince);
    const known = { subject: subjectOf(key), lastAt, limit, learned };
    if (watched > limit) return [{ ...known, quietFor: watched }];
    const silence = now - (lastAt ?? now);
    return silence > limit ? [{ ...known, quietFor: silence, unsure: true }] : [];
  }

  #arrived(key: string, now: number): void {
    const before = this.#seen.get(key);
    const week = Math.floor(now / WEEK);
    if (!before) {
      if (this.#seen.size < MAX_KEYS) this.#seen.set(key, { firstAt: now, lastAt: now, week, gap: 0, gapBefore: 0 });
      return;
    }
    const turned = turn(before, week);
    // An outage that was told is learned no further than where it was told.
    const silence = Math.min(now - Math.max(before.lastAt, this.#watchingSince), limitOf(turned));
    this.#seen.set(key, { ...turned, lastAt: Math.max(now, before.lastAt), gap: Math.max(turned.gap, silence) });
  }

  #lost(key: string, lost: number, now: number): void {
    const seen = this.#seen.get(key);
    if (!seen) return;
    const goesOn = seen.lostAt !== undefined && now - seen.lostAt < LOSS_LASTS;
    const sum = (goesOn ? (seen.lost ?? 0) : 0) + lost;
    this.#seen.set(key, { ...seen, lostAt: now, lost: sum });
  }
}

function turn(seen: Seen, week: number): Seen {
  if (week <= seen.week) return seen;
  return { ...seen, week, gap: 0, gapBefore: week === seen.week + 1 ? seen.gap : 0 };
}

function limitOf({ gap, gapBefore }: Seen): number {
  return Math.max(SHORTEST, FACTOR * Math.max(gap, gapBefore));
}

function together(a: Seen, b: Seen): Seen {
  const week = Math.max(a.week, b.week);
  const [one, two] = [turn(a, week), turn(b, week)];
  const loss = (one.lostAt ?? 0) >= (two.lostAt ?? 0) ? one : two;
  return {
    firstAt: Math.min(one.firstAt, two.firstAt),
    lastAt: Math.max(one.lastAt, two.lastAt),
    week,
    gap: Math.max(one.gap, two.gap),
    gapBefore: Math.max(one.gapBefore, two.gapBefore),
    ...(loss.lostAt === undefined ? {} : { lostAt: loss.lostAt, lost: loss.lost ?? 0 }),
  };
}

function keyOf(source: string, cluster: string | undefined): string {
  return cluster === undefined ? source : `${source}\n${cluster}`;
}

function subjectOf(key: string): string {
  return key.replace("\n", " in ");
}

function decode(text: string | undefined): readonly [string, Seen][] {
  if (text === undefined) return [];
  try {
    const value = JSON.parse(text) as { readonly v?: unknown; readonly seen?: [string, Seen][] };
    return value.v === 1 && Array.isArray(value.seen) ? value.seen : [];
  } catch {
    return [];
  }
}
