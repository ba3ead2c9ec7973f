import { describe, expect, it } from "vitest";
import type { Change } from "../../../src/domain/change.ts";
import { nativeChangeSource } from "../../../src/sources/native-change.ts";
import { context, DIGEST, verdictOf } from "./context.ts";

const rollout = { time: "2030-01-02T03:04:05Z", kind: "rollout", workload: "Deployment/api" };

function changeOf(record: unknown): Change {
  const [outcome] = nativeChangeSource.parse(record, context);
  if (outcome?.type !== "timeline" || outcome.record.type !== "change") throw new Error(JSON.stringify(outcome));
  return outcome.record.change;
}

describe("native change", () => {
  it("reads a rollout", () => {
    const previousDigest = `sha256:${"c".repeat(64)}`;
    const record = {
      ...rollout,
      cluster: "north",
      namespace: "pay",
      container: "main",
      image: "registry.example/api:3",
      digest: `registry.example/api@${DIGEST}`,
      previousDigest,
      phase: "progressing",
      replicas: 2,
      previousReplicas: 3,
      actor: "bot",
      revision: "9fceb02",
      url: "https://ci.example/1",
    };
    expect(changeOf(record)).toEqual({
      ...record,
      time: 1_893_553_445_000,
      digest: DIGEST,
      receivedAt: context.now,
      source: "native",
      id: expect.stringMatching(/^[\w-]{12}$/),
    });
  });

  it("has defaults for phase and cluster", () => {
    expect(changeOf(rollout)).toMatchObject({ phase: "started", cluster: "default-cluster", namespace: "" });
  });

  it("gives the same change told twice one id, and another change another", () => {
    const again = nativeChangeSource.parse({ ...rollout, time: 1_893_553_445, actor: "someone" }, { ...context, now: 1 });
    expect(again).toMatchObject([{ record: { change: { id: changeOf(rollout).id } } }]);
    expect(changeOf({ ...rollout, phase: "finished" }).id).not.toBe(changeOf(rollout).id);
  });

  it.each([
    [{ ...rollout, workload: undefined }, "rejected:missing_field"],
    [{ ...rollout, kind: "policy" }, "rejected:missing_field"],
    [{ ...rollout, kind: "policy", policy: "p" }, "timeline"],
    [{ ...rollout, kind: "scale" }, "rejected:missing_field"],
    [{ ...rollout, kind: "scale", replicas: 0 }, "timeline"],
    [{ ...rollout, kind: "config", workload: null, restart: false }, "timeline"],
    [{ ...rollout, kind: "upgrade" }, "rejected:invalid_field"],
    [{ ...rollout, kind: undefined }, "rejected:missing_field"],
    [{ ...rollout, time: undefined }, "rejected:missing_field"],
    [{ ...rollout, time: "now" }, "rejected:invalid_field"],
    [{ ...rollout, phase: "done" }, "rejected:invalid_field"],
    [{ ...rollout, replicas: -1 }, "rejected:invalid_field"],
    [{ ...rollout, digest: "latest" }, "rejected:invalid_field"],
    [{ ...rollout, restart: "no" }, "rejected:invalid_field"],
    [{ ...rollout, image: 1 }, "rejected:invalid_field"],
    ["rollout", "rejected:not_an_object"],
  ])("answers %j", (record, expected) => {
    expect(verdictOf(nativeChangeSource, record)).toBe(expected);
  });

  it("recognises changes only", () => {
    expect(nativeChangeSource.recognizes(rollout)).toBe(true);
    expect(nativeChangeSource.recognizes({ ...rollout, kind: "Deployment" })).toBe(false);
    expect(nativeChangeSource.recognizes({ ...rollout, kind: "policy", action: "deny" })).toBe(false);
    expect(nativeChangeSource.recognizes({ ...rollout, kind: "config", apiVersion: "v1" })).toBe(false);
  });
});
