/** The marked test alert that `test-receiver` sends: complete, so that templates and limits of a target are exercised. */
import { randomUUID } from "node:crypto";
import type { Alert, Transition } from "../domain/alert.ts";
import type { AlertChart } from "../domain/alert-chart.ts";
import { deterministicUlid, hashHex, seriesId } from "../domain/ids.ts";
import { formatTime } from "../domain/time.ts";

const CLUSTER = "tenfold-test";
const NAMESPACE = "example";
const WORKLOAD = "Deployment/example";
const POLICY = "example-policy";
const DIGEST = `sha256:${"0".repeat(64)}`;

/** `now`: milliseconds. Each call makes a new alert, so that no target takes it for a repetition. */
export function testTransition(now: number, externalUrl: string): Transition {
  const at = formatTime(now);
  const run = randomUUID();
  const id = deterministicUlid(now, ["test-receiver", run]);
  const subject = { cluster: CLUSTER, policy: POLICY, namespace: NAMESPACE, workload: WORKLOAD, digest: DIGEST };
  const alert: Alert = {
    id,
    fingerprint: hashHex(["test-receiver", run]),
    state: "firing",
    severity: "info",
    version: 1,
    title: "TEST: this is a test of Tenfold's notifications, nothing is wrong",
    cluster: CLUSTER,
    regimes: ["test"],
    onsetAt: at,
    firedAt: at,
    updatedAt: at,
    resolvedAt: null,
    series: [
      {
        ...subject,
        id: seriesId({ level: "leaf", ...subject }),
        engine: "native",
        observed: 120,
        expected: 12,
        windowSeconds: 600,
        ratio: 10,
        ratioInterval: [8.3, 12],
        evidence: 40,
        detectors: ["test"],
        onsetAt: at,
        quality: "exact",
      },
    ],
    cause: {
      verdict: "inconclusive",
      tier: "unexplained",
      probability: 0,
      unexplained: 1,
      revision: 1,
      asOf: at,
      rollbackTarget: null,
      dataQuality: { shareWithDigest: 1, shareByIp: 0, lateShare: 0 },
      suspects: [],
    },
    samples: [{ time: at, policy: POLICY, message: "test" }],
    links: { self: `${externalUrl}/#/alerts/${id}` },
  };
  return { type: "alert.fired", timestamp: at, reason: "first", data: alert };
}

/** Forty quiet minutes and ten of the test alert, so that it is seen whether pictures arrive. */
export function testChart(alert: Alert): AlertChart {
  const minute = 60_000;
  const end = Math.floor(Date.parse(alert.firedAt) / minute) * minute;
  const steps = Array.from({ length: 50 }, (_, index) => ({ count: index < 40 ? (index * 7) % 3 : 12, expected: 1.2, upper: 5 }));
  return {
    title: "TEST: nothing is wrong",
    caption: "120 events, 12 expected in 10 min (10x)",
    from: end - 50 * minute,
    step: minute,
    layers: [{ label: "sha256:00000000", suspect: true, steps }],
    marks: [{ at: end - 10 * minute, kind: "onset", label: "onset" }],
  };
}
