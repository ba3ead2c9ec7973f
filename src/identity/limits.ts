/** Bounds of the timeline, in one place. Times in milliseconds. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Pods are kept this long after they end: a day of late or replayed events, and a little more. */
export const POD_RETENTION = 26 * HOUR;
/** Versions that ran, with their soak, and announced changes. */
export const ACTIVATION_RETENTION = 30 * 24 * HOUR;
/** Clocks of nodes and senders differ by up to this; two holders of an address this close are not told apart. */
export const CLOCK_SKEW = 30_000;
/** A version absent for less than this was restarted, not stopped and started. */
export const REOPEN_GAP = 2 * MINUTE;
/** A template made this long before its first known pod is not new. */
export const NEW_TEMPLATE = 15 * MINUTE;
/** How long a rollout is taken to last when nobody reports its progress. */
export const DEFAULT_RAMP = 3 * MINUTE;
/** An announced rollout may wait this long for its first ready pod. */
export const MATCH_AFTER = HOUR;
/** A notice of the end of a rollout may come this long after its first ready pod. */
export const MATCH_BEFORE = 30 * MINUTE;
/** The same without a digest to go by. */
export const MATCH_BEFORE_UNNAMED = 10 * MINUTE;
/** Two sources that announce one thing this close to each other mean the same thing. */
export const SAME_NOTICE = 10 * MINUTE;

export const MAX_PODS = 400_000;
export const MAX_OWNERS = 200_000;
export const MAX_WORKLOADS = 100_000;
export const MAX_ALIASED_DIGESTS = 200_000;
/** Newest sightings kept of one owner. */
export const MAX_SIGHTINGS = 128;
/** Newest announced changes kept of one workload. */
export const MAX_ANNOUNCED = 512;
/** Newest policy edits and other changes kept that belong to no workload. */
export const MAX_UNPLACED = 50_000;
/** Versions kept of one workload, newest first, after its pods are forgotten. */
export const MAX_ARCHIVED = 128;
/** Digests kept of one container of one pod: more restarts onto new bits than any moving tag sees in a pod's life. */
export const MAX_CONTAINER_DIGESTS = 16;
/** Container ids kept of one pod: a crash loop makes a new one every few minutes. */
export const MAX_CONTAINER_IDS = 64;
