/** Invented anomalies and causes for tests of alerting and notifiers. */

import type { Finding } from "../../../src/alerting/lifecycle/index.ts";
import type { Cause, Suspect } from "../../../src/domain/alert.ts";
import type { Anomaly } from "../../../src/domain/anomaly.ts";
import { seriesId } from "../../../src/domain/ids.ts";
import type { Series } from "../../../src/domain/series.ts";

export const MINUTE = 60_000;
export const T0 = Date.UTC(2026, 10, 23, 10, 5);
export const BAD = `sha256:ab12cd34${"0".repeat(56)}`;
export const GOOD = `sha256:99887766${"0".repeat(56)}`;

export function series(over: Partial<Series> = {}): Series {
  const fields = {
    level: "leaf" as const,
    cluster: "prod-eu",
    policy: "pci-restrict-egress",
    engine: "calico",
    namespace: "payments",
    workload: "Deployment/card-api",
    digest: BAD,
    image: "registry.example/acme/card-api:1.4.3",
    regimes: ["pci"],
    quality: "exact" as const,
    lateness: MINUTE,
    ...over,
  };
  return { id: seriesId(fields), ...fields };
}

export function anomaly(over: Partial<Anomaly> = {}, of: Partial<Series> = {}): Anomaly {
  return {
    series: series(of),
    state: "open",
    openedAt: T0 - 30_000,
    updatedAt: T0,
    resolvedAt: null,
    onsetAt: T0 - 3 * MINUTE,
    observed: 131,
    expected: 12.02,
    windowSeconds: 600,
    ratio: 10.898,
    ratioInterval: [8.91, 13.33],
    evidence: 42.68,
    detectors: ["focus", "ewma"],
    ...over,
  };
}

export function suspect(over: Partial<Suspect> = {}): Suspect {
  return {
    kind: "rollout",
    digest: BAD,
    image: "registry.example/acme/card-api:1.4.3",
    previousDigest: GOOD,
    cluster: "prod-eu",
    namespace: "payments",
    workload: "Deployment/card-api",
    changedAt: new Date(T0 - 4 * MINUTE).toISOString(),
    lagSeconds: 42,
    actor: "argocd",
    revision: "9fceb02",
    probability: 0.9712,
    evidence: [
      { kind: "dose", ln: 8.93, text: "38 of 44 events since 10:02 come from new pods, which were 30 % of pod-minutes" },
      { kind: "timing", ln: 2.1, text: "started 42 s after the first new pod was ready" },
    ],
    ...over,
  };
}

export function imageCause(over: Partial<Cause> = {}): Cause {
  return {
    verdict: "image",
    tier: "asserted",
    probability: 0.9712,
    unexplained: 0.0188,
    revision: 1,
    asOf: new Date(T0).toISOString(),
    rollbackTarget: {
      digest: GOOD,
      image: "registry.example/acme/card-api:1.4.2",
      proven: true,
      why: "ran 6 d at a normal rate",
    },
    dataQuality: { shareWithDigest: 1, shareByIp: 0, lateShare: 0.01 },
    suspects: [suspect()],
    ...over,
  };
}

export function unexplainedCause(over: Partial<Cause> = {}): Cause {
  return imageCause({
    verdict: "unexplained",
    tier: "unexplained",
    probability: 0.31,
    unexplained: 0.61,
    rollbackTarget: null,
    suspects: [suspect({ probability: 0.31 })],
    ...over,
  });
}

export function finding(over: Partial<Anomaly> = {}, of: Partial<Series> = {}, cause: Cause = imageCause()): Finding {
  return { anomaly: anomaly(over, of), cause, samples: [{ policy: "pci-restrict-egress", time: T0 }] };
}

/** The same finding, over at `at`. */
export function over(open: Finding, at: number, resolvedBy = "silence"): Finding {
  return { ...open, anomaly: { ...open.anomaly, state: "resolved", updatedAt: at, resolvedAt: at, resolvedBy } };
}
