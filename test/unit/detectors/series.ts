/** Series for detector tests: seeded Poisson counts, fed to a panel the way the pipeline does (no empty buckets). */
import type { Panel, PanelOptions, PanelState, PanelVerdict, Prior } from "../../../detectors/index.ts";

/** Monday, 00:00 UTC. */
export const START = Date.UTC(2024, 0, 1);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const OPTIONS: PanelOptions = {
  lnThreshold: Math.log(1e6),
  minRatio: 1.5,
  minEvents: 5,
  noiseFactor: 2.5,
  detectors: ["mixture", "focus", "baseline", "ewma"],
};

export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function poisson(mean: number, random: () => number): number {
  let count = 0;
  let rest = mean;
  for (; rest > 0; rest -= 20) {
    const limit = Math.exp(-Math.min(20, rest));
    for (let product = random(); product > limit; product *= random()) count++;
  }
  return count;
}

export interface Opened {
  readonly time: number;
  readonly verdict: PanelVerdict;
}

export interface Span {
  readonly from: number;
  readonly to: number;
  /** Bucket width, milliseconds. */
  readonly width: number;
  /** Events per minute of the whole workload. */
  readonly rate: (time: number) => number;
  readonly share?: number;
  readonly prior?: Prior;
  readonly seed: number;
}

/** Feeds a span and returns the state after it with all transitions. */
export function feed(panel: Panel, before: PanelState | undefined, span: Span) {
  const random = uniform(span.seed);
  const share = span.share ?? 1;
  const transitions: Opened[] = [];
  let state = before;
  for (let at = span.from; at < span.to; at += span.width) {
    const count = poisson((span.rate(at) * share * span.width) / MINUTE, random);
    if (count === 0 && state !== undefined && !panel.needsTime(state)) continue;
    if (count === 0 && state === undefined) continue;
    const next = panel.step(state, {
      at,
      width: span.width,
      count,
      clipped: count,
      exposure: (share * span.width) / 1000,
      gapShare: share,
      ...(state === undefined && span.prior ? { prior: span.prior } : {}),
    });
    state = next.state;
    if (next.verdict.transition) transitions.push({ time: at + span.width, verdict: next.verdict });
  }
  return { state, transitions };
}
