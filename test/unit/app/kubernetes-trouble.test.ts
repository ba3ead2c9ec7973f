import { describe, expect, it } from "vitest";
import { KubernetesTrouble } from "../../../src/app/kubernetes-trouble.ts";
import type { WatchTarget } from "../../../src/sources/kubernetes-watch/index.ts";

const pods: WatchTarget = { resource: "pods", namespace: undefined };
const jobs: WatchTarget = { resource: "jobs", namespace: undefined };
const others: WatchTarget = { resource: "pods", namespace: "shop" };

describe("trouble with the Kubernetes watch", () => {
  it("that lasts is told once, not for each resource and not again", () => {
    const trouble = new KubernetesTrouble();
    expect([pods, jobs, others, pods, jobs].map((target, index) => trouble.failed(target, "configuration", index + 1))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it("that may pass is told at the fourth failure in a row", () => {
    const trouble = new KubernetesTrouble();
    expect([1, 2, 3, 4, 5].map((inARow) => trouble.failed(pods, "unreachable", inARow))).toEqual([
      false,
      false,
      false,
      true,
      false,
    ]);
    expect(trouble.failed(jobs, "unreachable", 4)).toBe(false);
  });

  it("of another reason is news", () => {
    const trouble = new KubernetesTrouble();
    expect(trouble.failed(pods, "unreachable", 4)).toBe(true);
    expect(trouble.failed(jobs, "forbidden", 1)).toBe(true);
    expect(trouble.failed(pods, "forbidden", 5)).toBe(false);
  });

  it("is over when nothing fails any more, and news when it comes back", () => {
    const trouble = new KubernetesTrouble();
    expect(trouble.recovered(pods)).toBe(false);
    trouble.failed(pods, "forbidden", 1);
    trouble.failed(jobs, "forbidden", 1);
    expect(trouble.recovered(pods)).toBe(false);
    expect(trouble.failed(pods, "forbidden", 1)).toBe(false);
    expect([trouble.recovered(pods), trouble.recovered(jobs)]).toEqual([false, true]);
    expect(trouble.failed(pods, "forbidden", 1)).toBe(true);
  });
});
