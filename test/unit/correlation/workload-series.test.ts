import { describe, expect, it } from "vitest";
import { exposureOf } from "../../../src/correlation/exposure.ts";
import { seriesModel } from "../../../src/correlation/series-model.ts";
import { lnVersion } from "../../../src/correlation/version-effect.ts";
import { firstAlike, workloadSeries } from "../../../src/correlation/workload-series.ts";

const BUCKETS = 30;
const window = { buckets: BUCKETS, pre: 12, first: 15, starts: 15 };
/** Four versions, one after the other; the first two ended before an effect may begin. */
const ENDS = [5, 10, 22, BUCKETS];
const runs = (a: number, b: number) => b >= (ENDS[a - 1] ?? 0) && b < (ENDS[a] ?? 0);
const exposure = exposureOf(
  ENDS.map((_, a) => ({ digest: `sha256:${a}`, pods: Array.from({ length: BUCKETS }, (__, b) => (runs(a, b) ? 4 : 0)) })),
  BUCKETS,
  window.pre,
);

function series(late: number) {
  const known = ENDS.map((_, a) => Array.from({ length: BUCKETS }, (__, b) => (runs(a, b) ? 1 + ((a + b) % 3) : 0)));
  const stray = known[1];
  if (stray) stray[20] = late;
  const counts = { known, unknown: Array.from({ length: BUCKETS }, (_, b) => b % 2) };
  return workloadSeries([seriesModel(counts, exposure, window, { strayShare: 0.02 })]);
}

describe("the series of a workload", () => {
  it("takes versions for alike that had ended before any effect, and their effect is the same", () => {
    const workload = series(0);
    expect(ENDS.map((_, a) => firstAlike(workload, a))).toEqual([0, 0, 2, 3]);
    expect(lnVersion(workload, 1)).toEqual(lnVersion(workload, 0));
  });

  it("tells them apart when one of them has an event later", () => {
    const workload = series(1);
    expect(ENDS.map((_, a) => firstAlike(workload, a))).toEqual([0, 1, 2, 3]);
    expect(lnVersion(workload, 1)).not.toEqual(lnVersion(workload, 0));
  });
});
