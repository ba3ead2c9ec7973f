/** Bounds of what both stores keep beside the windows; times in milliseconds. */

/** Timeline records kept; a fleet of a thousand workloads with daily rollouts writes about a tenth of it in two weeks. */
export const TIMELINE_ENTRIES = 1_000_000;
/** Timeline records older than this are forgotten. */
export const TIMELINE_AGE = 14 * 86_400_000;
/** Alert transitions kept for late joiners of the stream. */
export const TRANSITION_ENTRIES = 10_000;
/** Resolved alerts are kept for so long, and at most so many of them. */
export const RESOLVED_AGE = 90 * 86_400_000;
export const RESOLVED_ALERTS = 20_000;
/** Delivered and dead messages are kept for so long, so that a repeated commit finds them, and at most so many. */
export const SETTLED_AGE = 7 * 86_400_000;
export const SETTLED_MESSAGES = 10_000;
/** Attempts listed per message; older ones are dropped. */
export const ATTEMPTS_KEPT = 20;
/** Operators' requests are remembered for so long, so that none is done twice, and at most so many of them. */
export const REQUEST_AGE = 86_400_000;
export const REQUESTS = 10_000;
/** Lifetime of a named value written without one. */
export const VALUE_AGE = 400 * 86_400_000;
