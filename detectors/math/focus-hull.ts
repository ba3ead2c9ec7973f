/**
 * Candidates for the start of a change: vertices of the lower convex hull of the past (expected, observed) points, STRIDE
 * numbers each, which lie in an array from one index up to another. The set does not depend on the dispersion, so that may
 * change between evaluations.
 */
export type Hull = readonly number[];

/** Expected, observed, time, and a companion total carried along. */
export const STRIDE = 4;

/** Measured hulls hold 8 to 11 vertices, 31 at most in 1e8 steps; the second-oldest goes when there are more than this. */
export const LARGEST_HULL = 16;
