import { describe, expect, it } from "vitest";
import { alias, change, digest, owner, pod, timelineOf, violation } from "./timeline-records.ts";

const A = digest("a");
const B = digest("b");

describe("identify, rule by rule", () => {
  it("believes a record's own digest before anything else", () => {
    const timeline = timelineOf(pod("p1", { digest: A }));
    const answer = timeline.identify(violation(5, { digest: B, workload: "Deployment/api", podUid: "p1" }));
    expect(answer).toMatchObject({ rule: "record", digest: B, workload: "Deployment/api", quality: "exact" });
  });

  it("reads the digest out of a pinned image reference", () => {
    expect(timelineOf().identify(violation(0, { image: `registry.test/api@${B}` }))).toMatchObject({ rule: "record", digest: B });
  });

  it("finds the workload of a record that brings only a digest", () => {
    const answer = timelineOf(pod("p1")).identify(violation(5, { digest: A, podUid: "p1" }));
    expect(answer).toMatchObject({ rule: "record", workload: "Deployment/api", digest: A });
  });

  it("resolves a pod uid, and says that the digest is inferred", () => {
    const answer = timelineOf(pod("p1")).identify(violation(5, { podUid: "p1" }));
    expect(answer).toMatchObject({
      rule: "pod-uid",
      workload: "Deployment/api",
      digest: A,
      image: "registry.test/api:1",
      ambiguous: false,
      quality: "inferred",
    });
  });

  it("keeps a lower bound a lower bound", () => {
    expect(timelineOf(pod("p1")).identify(violation(5, { podUid: "p1", quality: "lower-bound" })).quality).toBe("lower-bound");
  });

  it("resolves container ids of 64 and of 12 digits", () => {
    const id = `${"0123456789ab"}${"c".repeat(52)}`;
    const timeline = timelineOf(pod("p1", { containers: [{ name: "app", role: "app", digest: A, containerId: id }] }));
    for (const containerId of [id, id.slice(0, 12)]) {
      expect(timeline.identify(violation(5, { containerId }))).toMatchObject({ rule: "container-id", digest: A });
    }
    const other = `${"0123456789ab"}${"d".repeat(52)}`;
    expect(timeline.identify(violation(5, { containerId: other })).rule).toBe("none");
  });

  it("resolves a pod name at the time of the event", () => {
    expect(timelineOf(pod("p1")).identify(violation(5, { pod: "api-7d9f-p1" }))).toMatchObject({ rule: "pod-name", digest: A });
  });

  it("tells the pods of a StatefulSet apart, whose names repeat", () => {
    const options = { name: "db-0", owner: "StatefulSet/db", hash: "db-1" };
    const timeline = timelineOf(
      pod("old", { ...options, digest: A, ready: 0, ended: 30 }),
      pod("new", { ...options, digest: B, hash: "db-2", ready: 31 }),
    );
    expect(timeline.identify(violation(29, { pod: "db-0" })).digest).toBe(A);
    expect(timeline.identify(violation(32, { pod: "db-0" })).digest).toBe(B);
    expect(timeline.identify(violation(40, { pod: "db-0" })).workload).toBe("StatefulSet/db");
  });

  it("ends a StatefulSet pod whose deletion was missed where its successor starts", () => {
    const options = { name: "db-0", owner: "StatefulSet/db", hash: "db-1" };
    const timeline = timelineOf(pod("old", { ...options, digest: A }), pod("new", { ...options, digest: B, ready: 31 }));
    expect(timeline.identify(violation(29, { pod: "db-0" })).digest).toBe(A);
    expect(timeline.identify(violation(45, { pod: "db-0" })).digest).toBe(B);
    expect(timeline.share("east", "shop", "StatefulSet/db", A, violation(45).time, violation(46).time)).toBe(0);
  });

  it("does not name a StatefulSet pod for a time long after it ended", () => {
    const timeline = timelineOf(pod("old", { name: "db-0", owner: "StatefulSet/db", hash: "db-1", ended: 30 }));
    expect(timeline.identify(violation(90, { pod: "db-0" }))).toMatchObject({
      rule: "labels",
      workload: "StatefulSet/db",
      digest: undefined,
    });
  });
});

describe("identify by address", () => {
  const web = { owner: "ReplicaSet/web-5c5c", hash: "5c5c", digest: B };

  it("names the pod that held the address at the time", () => {
    const timeline = timelineOf(pod("p1", { ip: "10.0.0.7", ended: 20 }), pod("w1", { ...web, ip: "10.0.0.7", ready: 25 }));
    expect(timeline.identify(violation(10, { podIp: "10.0.0.7" }))).toMatchObject({
      rule: "ip",
      workload: "Deployment/api",
      digest: A,
    });
    expect(timeline.identify(violation(30, { podIp: "10.0.0.7" }))).toMatchObject({ workload: "Deployment/web", digest: B });
    expect(timeline.identify(violation(22.5, { podIp: "10.0.0.7" })).rule).toBe("none");
  });

  it("is silent when two workloads held it within 30 s of the event", () => {
    // Handed over at minute 20.4: both are within half a minute of 20.2.
    const timeline = timelineOf(pod("p1", { ip: "10.0.0.7", ended: 20 }), pod("w1", { ...web, ip: "10.0.0.7", ready: 20.4 }));
    expect(timeline.identify(violation(20.2, { podIp: "10.0.0.7" }))).toMatchObject({ rule: "none", workload: undefined });
    expect(timeline.identify(violation(19.4, { podIp: "10.0.0.7" })).workload).toBe("Deployment/api");
    expect(timeline.identify(violation(20.6, { podIp: "10.0.0.7" })).workload).toBe("Deployment/web");
  });

  it("names the workload only when two of its versions held it within 30 s", () => {
    const timeline = timelineOf(
      pod("p1", { ip: "10.0.0.7", ended: 20 }),
      pod("p2", { hash: "8b8b", digest: B, ip: "10.0.0.7", ready: 20.4 }),
    );
    expect(timeline.identify(violation(20.2, { podIp: "10.0.0.7" }))).toMatchObject({
      rule: "ip",
      workload: "Deployment/api",
      digest: undefined,
      ambiguous: true,
    });
  });

  it("does not let a finished Job pod that stays listed for days keep its address", () => {
    // Finished at minute 2, still reported a day later with the same end.
    const job = { owner: "Job/import", hash: undefined, name: "import-x7x7x", ip: "10.0.0.9", ended: 2 };
    const timeline = timelineOf(pod("job", job), pod("p1", { ip: "10.0.0.9", ready: 10 }), pod("job", { ...job, seen: 1440 }));
    expect(timeline.identify(violation(15, { podIp: "10.0.0.9" })).workload).toBe("Deployment/api");
  });

  it("never enters addresses of host-network pods", () => {
    const timeline = timelineOf(pod("agent", { owner: "DaemonSet/agent", ip: "192.0.2.1", hostNetwork: true }));
    expect(timeline.identify(violation(5, { podIp: "192.0.2.1" })).rule).toBe("none");
    expect(timeline.identify(violation(5, { podUid: "agent" })).workload).toBe("DaemonSet/agent");
  });
});

describe("identify by template, workload and form", () => {
  it("breaks the tie of a rollout by the template hash", () => {
    const timeline = timelineOf(pod("p1"), pod("p2", { hash: "8b8b", digest: B, ready: 10 }));
    expect(timeline.identify(violation(12, { templateHash: "8b8b" }))).toMatchObject({ rule: "template", digest: B });
    expect(timeline.identify(violation(12, { ownerPrefix: "api-7d9f-*" }))).toMatchObject({ rule: "template", digest: A });
    expect(timeline.identify(violation(12, { workload: "Deployment/api", templateHash: "7d9f" })).digest).toBe(A);
  });

  it("gives a workload the digest in effect, and none during a rollout", () => {
    const timeline = timelineOf(pod("p1", { ended: 12 }), pod("p2", { hash: "8b8b", digest: B, ready: 10 }));
    const at = (minutes: number) => timeline.identify(violation(minutes, { workload: "Deployment/api" }));
    expect(at(5)).toMatchObject({ rule: "workload", digest: A, ambiguous: false, quality: "inferred" });
    expect(at(11)).toMatchObject({ digest: undefined, ambiguous: true, quality: "exact" });
    expect(at(13)).toMatchObject({ digest: B, ambiguous: false });
    // Within half a minute of the first new pod clocks do not tell.
    expect(at(9.6)).toMatchObject({ digest: undefined, ambiguous: true });
  });

  it("takes the digest in effect from announced rollouts when no pod is known", () => {
    const timeline = timelineOf(change(10, { digest: B, previousDigest: A }));
    const at = (minutes: number) => timeline.identify(violation(minutes, { workload: "Deployment/api" }));
    expect(at(5).digest).toBe(A);
    // A rollout of unknown course takes three minutes.
    expect(at(11)).toMatchObject({ digest: undefined, ambiguous: true });
    expect(at(14)).toMatchObject({ digest: B, quality: "inferred" });
  });

  it("counts a ReplicaSet or Job under what stands behind it", () => {
    const timeline = timelineOf(owner("ReplicaSet", "api-x", { owner: "Rollout/api" }), owner("Job", "nightly-1"));
    const top = (workload: string) => timeline.identify(violation(0, { workload })).workload;
    expect(top("ReplicaSet/api-x")).toBe("Rollout/api");
    expect(top("ReplicaSet/web-7d9f8b6c5")).toBe("Deployment/web");
    expect(top("Job/nightly-1")).toBe("Job/nightly-1");
    expect(top("Job/report-29012345")).toBe("CronJob/report");
  });

  it("learns late what stands behind a pod", () => {
    const timeline = timelineOf(pod("p1", { owner: "ReplicaSet/api-7d9f" }));
    expect(timeline.identify(violation(1, { podUid: "p1" })).workload).toBe("Deployment/api");
    timeline.apply(owner("ReplicaSet", "api-7d9f", { owner: "Rollout/api" }));
    expect(timeline.identify(violation(1, { podUid: "p1" })).workload).toBe("Rollout/api");
    expect(timeline.share("east", "shop", "Rollout/api", A, violation(1).time, violation(2).time)).toBe(1);
    expect(timeline.share("east", "shop", "Deployment/api", A, violation(1).time, violation(2).time)).toBeUndefined();
  });

  it.each([
    ["card-api-7d9f8b6c5-x2x4z", "Deployment/card-api"],
    ["web-0", "StatefulSet/web"],
    ["node-exporter-x2x4z", "DaemonSet/node-exporter"],
    ["report-29012345-x2x4z", "CronJob/report"],
    ["single", undefined],
  ])("derives the workload of an unknown pod %s from its name", (name, workload) => {
    const answer = timelineOf().identify(violation(0, { pod: name }));
    expect(answer).toMatchObject({ workload, digest: undefined, rule: workload === undefined ? "none" : "labels" });
  });

  it("uses well-known labels only when exactly one workload bears the name", () => {
    const timeline = timelineOf(pod("p1"));
    expect(timeline.identify(violation(1, { labels: { app: "api" } }))).toMatchObject({
      rule: "labels",
      workload: "Deployment/api",
      digest: A,
    });
    expect(timeline.identify(violation(1, { labels: { app: "other" } })).rule).toBe("none");
    timeline.apply(pod("s1", { owner: "StatefulSet/api", name: "api-0" }));
    expect(timeline.identify(violation(1, { labels: { app: "api" } })).rule).toBe("none");
  });

  it("never guesses: without a subject there is no workload", () => {
    expect(timelineOf(pod("p1")).identify(violation(1))).toMatchObject({ rule: "none", workload: undefined, digest: undefined });
    expect(timelineOf(pod("p1")).identify(violation(1, { cluster: "west", pod: "x", podUid: "p1" })).rule).toBe("none");
  });
});

describe("identify and containers", () => {
  const containers = [
    { name: "app", role: "app", image: "r.test/app:1", digest: A },
    { name: "istio-proxy", role: "sidecar", image: "r.test/proxy:1", digest: B },
  ] as const;

  it("uses the named container, else the application container", () => {
    const timeline = timelineOf(pod("p1", { containers }));
    expect(timeline.identify(violation(1, { podUid: "p1", container: "istio-proxy" })).digest).toBe(B);
    expect(timeline.identify(violation(1, { podUid: "p1" }))).toMatchObject({ digest: A, ambiguous: false });
  });

  it("marks an event ambiguous when the pod has several applications and none is named", () => {
    const second = { name: "worker", role: "app", image: "r.test/worker:1", digest: digest("c") } as const;
    const timeline = timelineOf(pod("p1", { containers: [...containers, second] }));
    expect(timeline.identify(violation(1, { podUid: "p1" }))).toMatchObject({ digest: A, ambiguous: true });
    expect(timeline.identify(violation(1, { podUid: "p1", container: "worker" }))).toMatchObject({
      digest: digest("c"),
      ambiguous: false,
    });
  });

  it("knows the workload before the digest is learned, and the digest afterwards", () => {
    const timeline = timelineOf(pod("p1", { digest: undefined }));
    expect(timeline.identify(violation(1, { podUid: "p1" }))).toMatchObject({ workload: "Deployment/api", digest: undefined });
    timeline.apply(pod("p1", { seen: 2 }));
    expect(timeline.identify(violation(1, { podUid: "p1" })).digest).toBe(A);
  });

  it("follows a container that was restarted onto other bits of a moved tag", () => {
    const timeline = timelineOf(pod("p1", { seen: 0 }), pod("p1", { digest: B, seen: 20 }));
    expect(timeline.identify(violation(10, { podUid: "p1" })).digest).toBe(A);
    expect(timeline.identify(violation(21, { podUid: "p1" })).digest).toBe(B);
  });
});

describe("identify and aliases", () => {
  const [index, manifest, config] = [digest("1"), digest("2"), digest("3")];

  it("gives all names of an image one digest, that of the announcement before that of the pod", () => {
    const timeline = timelineOf(alias(manifest, config), pod("p1", { digest: config }));
    expect(timeline.identify(violation(1, { podUid: "p1" })).digest).toBe(config);
    timeline.apply(alias(index, manifest));
    timeline.apply(change(0, { digest: index }));
    expect(timeline.identify(violation(1, { podUid: "p1" })).digest).toBe(index);
    expect(timeline.identify(violation(1, { digest: manifest, workload: "Deployment/api" })).digest).toBe(index);
    expect(timeline.aliasesOf(config)).toEqual([index, manifest, config]);
  });
});

describe("knowsPod", () => {
  it("says whether the pod that an event names is known, and nothing when it names none", () => {
    const timeline = timelineOf(pod("p1", { ip: "10.0.0.7" }));
    expect(timeline.knowsPod(violation(1, { podUid: "p1" }))).toBe(true);
    expect(timeline.knowsPod(violation(1, { pod: "api-7d9f-p1" }))).toBe(true);
    expect(timeline.knowsPod(violation(1, { podIp: "10.0.0.7" }))).toBe(true);
    expect(timeline.knowsPod(violation(1, { podUid: "p2", podIp: "10.0.0.8" }))).toBe(false);
    expect(timeline.knowsPod(violation(1, { cluster: "west", podUid: "p1" }))).toBe(false);
    expect(timeline.knowsPod(violation(1))).toBeUndefined();
  });
});
