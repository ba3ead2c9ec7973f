import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OwnerObservation, PodObservation } from "../../../src/domain/observation.ts";
import { createTimeline } from "../../../src/identity/timeline.ts";
import { ApiFailure, failureOf, failureOfStatus } from "../../../src/sources/kubernetes-watch/api-failure.ts";
import { jsonLines } from "../../../src/sources/kubernetes-watch/json-lines.ts";
import { KnownObjects } from "../../../src/sources/kubernetes-watch/known-objects.ts";
import { retryPause } from "../../../src/sources/kubernetes-watch/retry-pause.ts";

const NOW = 1_893_553_500_000;

function pod(uid: string, more: Partial<PodObservation> = {}): PodObservation {
  const fixed = { type: "pod", cluster: "c", namespace: "pay", hostNetwork: false, ips: [], containers: [], labels: {} } as const;
  return { ...fixed, name: uid, uid, observedAt: NOW, ...more };
}

function owner(more: Partial<OwnerObservation> = {}): OwnerObservation {
  const fixed = { type: "owner", cluster: "c", namespace: "pay", kind: "Deployment", name: "api", uid: "d1" } as const;
  return { ...fixed, images: [{ container: "api", image: "api:1" }], observedAt: NOW, ...more };
}

describe("lines of a watch", () => {
  it("are found however the stream is cut, also within a character", async () => {
    const values = [{ name: "größe" }, { name: "日本" }, 7];
    const bytes = Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(""));
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: bytes.length - 1 })), async (cuts) => {
        const edges = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
        const chunks = edges.slice(1).map((to, index) => bytes.subarray(edges[index], to));
        const read: unknown[] = [];
        for await (const batch of jsonLines(streamOf(chunks))) read.push(...batch);
        expect(read).toEqual(values);
      }),
    );
  });

  it("are not guessed when the last one is cut off", async () => {
    const read: unknown[] = [];
    const reading = async () => {
      for await (const batch of jsonLines(streamOf([Buffer.from('{"a":1}\n{"b":')]))) read.push(...batch);
    };
    await expect(reading()).rejects.toMatchObject({ reason: "dropped" });
    expect(read).toEqual([{ a: 1 }]);
  });
});

describe("known objects", () => {
  it("tells news from repetition", () => {
    const known = new KnownObjects("c", []);
    expect(known.observe(pod("a"), false)).toBe(true);
    expect(known.observe(pod("a", { observedAt: NOW + 1, resourceVersion: "9" }), false)).toBe(false);
    expect(known.observe(pod("a", { readyAt: NOW }), false)).toBe(true);
    expect(known.observe(pod("a", { readyAt: NOW, endedAt: NOW }), true)).toBe(true);
    expect(known.size).toBe(0);
  });

  it("ends what a complete list lacks, once, and not what had ended before", () => {
    const known = new KnownObjects("c", [{ kind: "Pod", namespace: "pay", name: "old", uid: "old" }]);
    for (const one of [pod("a"), pod("b"), pod("done", { endedAt: NOW })]) known.observe(one, false);
    known.observe(owner(), false);
    known.beginList(false);
    known.observe(pod("a"), false);
    const gone = known.endList(NOW + 5);
    expect(gone.map(({ uid }) => uid).sort()).toEqual(["b", "d1", "old"]);
    expect(gone.find(({ uid }) => uid === "old")).toMatchObject({ type: "pod", name: "old", endedAt: NOW + 5 });
    // An owner keeps its last words: without images it would look like a change of them.
    expect(gone.find(({ uid }) => uid === "d1")).toEqual(owner({ deletedAt: NOW + 5, observedAt: NOW + 5 }));
    known.beginList(false);
    known.observe(pod("a"), false);
    expect(known.endList(NOW + 9)).toEqual([]);
  });

  it("says everything again when it is asked to", () => {
    const known = new KnownObjects("c", []);
    known.observe(pod("a"), false);
    known.beginList(true);
    expect(known.observe(pod("a"), false)).toBe(true);
    expect(known.endList(NOW)).toEqual([]);
  });
});

describe("the timeline's open objects", () => {
  it("are the pods and owners of a cluster without an end", () => {
    const timeline = createTimeline();
    expect(timeline.open("c")).toEqual([]);
    const last = owner({ replicas: 2, observedAt: NOW + 1 });
    const records = [pod("a"), pod("b", { endedAt: NOW }), pod("x", { cluster: "other" }), owner(), last];
    for (const record of records) timeline.apply(record);
    expect(timeline.open("c")).toEqual([
      { kind: "Pod", namespace: "pay", name: "a", uid: "a" },
      { kind: "Deployment", namespace: "pay", name: "api", uid: "d1", owner: last },
    ]);
    timeline.apply(owner({ deletedAt: NOW + 2, observedAt: NOW + 2 }));
    expect(timeline.open("c")).toHaveLength(1);
  });
});

describe("failures", () => {
  it("are named by what can be done about them", () => {
    const named = [401, 403, 404, 410, 429, 500, 503, 504].map((code) => failureOfStatus(code, undefined).reason);
    const unavailable = ["unavailable", "unavailable", "unavailable"];
    expect(named).toEqual(["unauthorized", "forbidden", "protocol", "expired", "throttled", ...unavailable]);
    const coded = ["ECONNRESET", "ECONNREFUSED", "ENOENT", "CERT_HAS_EXPIRED", "DEPTH_ZERO_SELF_SIGNED_CERT"].map(
      (code) => failureOf(Object.assign(new Error("text"), { code })).reason,
    );
    expect(coded).toEqual(["dropped", "unreachable", "configuration", "certificate", "certificate"]);
  });

  it("say how long to wait, by header or by status", () => {
    expect(failureOfStatus(429, undefined, "7").retryAfter).toBe(7_000);
    expect(failureOfStatus(429, { details: { retryAfterSeconds: 3 } }).retryAfter).toBe(3_000);
    expect(failureOfStatus(429, undefined, "soon").retryAfter).toBeUndefined();
    expect(failureOf(new ApiFailure("expired", "x")).reason).toBe("expired");
  });
});

describe("pauses", () => {
  it("grow to half a minute, differ, and are never shorter than asked for", () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const asked = fc.option(fc.integer({ min: 0, max: 600_000 }), { nil: undefined });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), asked, random, (failures, retryAfter, drawn) => {
        const pause = retryPause(failures, retryAfter, () => drawn);
        expect(pause).toBeGreaterThanOrEqual(Math.max(250, retryAfter ?? 0));
        expect(pause).toBeLessThanOrEqual(Math.max(30_000, (retryAfter ?? 0) * 1.1 + 1));
      }),
    );
    expect([1, 2, 3, 4, 8, 20].map((failures) => retryPause(failures, undefined, () => 0))).toEqual([
      250, 500, 1000, 2000, 15_000, 15_000,
    ]);
  });
});

async function* streamOf(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}
