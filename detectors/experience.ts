/** What a series as a whole has been through; shared by its two streams. Immutable. */
export interface Experience {
  /** Exposure minutes learned, and those needed before alarms are raised without other prior knowledge. */
  readonly learned: number;
  readonly needed: number;
  /** Events ever learned. */
  readonly events: number;
  /** Season bins that have been seen for long enough: 24 bits for weekdays, 24 for weekends. */
  readonly weekdays: number;
  readonly weekends: number;
  /** Gamma prior of the rate. */
  readonly shape: number;
  readonly rate: number;
}

/** Minutes of learning that a series without any prior needs: half a day, whose last hour is not learned yet. */
export const WARM_UP = 660;
/** Minutes of learning that make the state of a previous version usable. */
export const USABLE = 120;
/** Minutes after which the first day becomes the season and roughness is learned afresh. */
export const FIRST_DAY = 1440;
/** Minutes before which roughness is not learned: the expectation is too poor. */
export const ROUGHNESS_FROM = 240;

/** Half an event in ten minutes: less than anything that was ever counted. */
export const UNINFORMED: Experience = { learned: 0, needed: WARM_UP, events: 0, weekdays: 0, weekends: 0, shape: 0.5, rate: 10 };

const ALL = 0xffffff;

export function isVisited(experience: Experience, bin: number): boolean {
  const bits = bin < 24 ? experience.weekdays : experience.weekends;
  return ((bits >> (bin % 24)) & 1) === 1;
}

export function visit(experience: Experience, bin: number): Experience {
  const bit = 1 << (bin % 24);
  if (bin < 24) return { ...experience, weekdays: experience.weekdays | bit };
  return { ...experience, weekends: experience.weekends | bit };
}

export function visitAll(experience: Experience): Experience {
  return { ...experience, weekdays: ALL, weekends: ALL };
}

/** Exposure minutes learned, of a packed experience. */
export function learnedMinutes(packed: readonly number[]): number {
  return packed[0] ?? 0;
}

export function unpackExperience(packed: readonly number[]): Experience {
  return {
    learned: packed[0] ?? 0,
    needed: packed[1] ?? 0,
    events: packed[2] ?? 0,
    weekdays: packed[3] ?? 0,
    weekends: packed[4] ?? 0,
    shape: packed[5] ?? 0.5,
    rate: packed[6] ?? 10,
  };
}

export function packExperience(e: Experience): readonly number[] {
  return [Math.round(e.learned * 1e6) / 1e6, e.needed, e.events, e.weekdays, e.weekends, e.shape, e.rate];
}
