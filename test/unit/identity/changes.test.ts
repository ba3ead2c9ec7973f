import { describe, expect, it } from "vitest";
import type { Change } from "../../../src/domain/change.ts";
import type { TimelineRecord } from "../../../src/domain/observation.ts";
import { API, change, digest, minute, owner, pod, timelineOf } from "./timeline-records.ts";

const A = digest("a");
const B = digest("b");
const ALL = { from: 0, to: Number.MAX_SAFE_INTEGER };

describe("commit and repository of an image", () => {
  const built = (...digests: readonly string[]): TimelineRecord => ({
    type: "alias",
    digests,
    revision: "9fceb02",
    sourceUrl: "https://git.test/api",
    observedAt: minute(0),
  });
  const told = (...records: readonly TimelineRecord[]) =>
    timelineOf(...records)
      .changes({ ...API, ...ALL, from: minute(10) })
      .map(({ revision, url }) => [revision, url]);
  const rollout = [pod("a", { ended: 22 }), pod("b", { hash: "8b8b", digest: B, started: 19, ready: 20 })];

  it("are told with the rollout of it, also under another name of the image, and when they are known only later", () => {
    expect(told(...rollout, built(B))).toEqual([["9fceb02", "https://git.test/api"]]);
    expect(told(built(digest("c"), B), ...rollout)).toEqual([["9fceb02", "https://git.test/api"]]);
    expect(told(...rollout, built(A))).toEqual([[undefined, undefined]]);
  });

  it("do not replace what a deployer said, but the number of a template", () => {
    const notice = (revision: string, url?: string) => change(19, { digest: B, revision, ...(url ? { url } : {}) });
    expect(told(...rollout, notice("v1.4.3", "https://ci.test/7"), built(B))).toEqual([["v1.4.3", "https://ci.test/7"]]);
    expect(told(...rollout, notice("12"), built(B))).toEqual([["9fceb02", "https://git.test/api"]]);
  });
});

describe("changes that pods tell", () => {
  it("reports a rollout nobody announced, from its first ready pod", () => {
    const timeline = timelineOf(pod("a", { ended: 22 }), pod("b", { hash: "8b8b", digest: B, started: 19, ready: 20 }));
    const [, rollout] = timeline.changes({ ...API, ...ALL });
    expect(rollout).toMatchObject({
      kind: "rollout",
      time: minute(20),
      digest: B,
      previousDigest: A,
      source: "timeline",
      phase: "finished",
      workload: "Deployment/api",
      container: "app",
    });
  });

  it("reports bits that arrive under an unchanged tag and template", () => {
    // A scale-up pulls another digest; the template hash and the tag say that nothing changed.
    const timeline = timelineOf(pod("a1"), pod("a2"), pod("a3", { digest: B, ready: 30 }));
    expect(timeline.changes({ ...API, ...ALL, from: minute(10) })).toMatchObject([
      { kind: "rollout", time: minute(30), digest: B, previousDigest: A, phase: "progressing", source: "timeline" },
    ]);
  });

  it("reports the restart of a container onto other bits", () => {
    const timeline = timelineOf(pod("a1", { seen: 0 }), pod("a1", { digest: B, seen: 30 }));
    expect(timeline.changes({ ...API, ...ALL, from: minute(10) })).toMatchObject([
      { kind: "rollout", digest: B, time: minute(30) },
    ]);
  });

  it("reports an undo, which reuses the old template hash, as a change of its own", () => {
    const timeline = timelineOf(
      pod("a1", { ready: 0, ended: 20 }),
      pod("b1", { hash: "8b8b", digest: B, ready: 19, ended: 40 }),
      pod("a2", { ready: 39 }),
    );
    expect(timeline.changes({ ...API, ...ALL, from: minute(30) })).toMatchObject([
      { kind: "rollback", time: minute(39), digest: A, previousDigest: B },
    ]);
  });

  it("reports the same digest under a new template as a change of configuration", () => {
    const timeline = timelineOf(pod("a1", { ended: 21 }), pod("a2", { hash: "8b8b", ready: 20 }));
    expect(timeline.changes({ ...API, ...ALL, from: minute(10) })).toMatchObject([
      { kind: "config", time: minute(20), digest: A, restart: true },
    ]);
  });

  describe("a rollout told by digest alone", () => {
    const withoutWorkload = (place: Partial<Change>): TimelineRecord => {
      const record = change(18, { namespace: "", digest: B, source: "github", ...place });
      if (record.type !== "change") throw new Error("not a change");
      const { workload: _, ...rest } = record.change;
      return { type: "change", change: rest };
    };
    const told = withoutWorkload({ actor: "ada", revision: "4f2a" });
    const rollout = [pod("a", { ended: 22 }), pod("b", { hash: "8b8b", digest: B, started: 19, ready: 20 })];

    it("is that of the workload whose pods begin to run it, whatever comes first", () => {
      for (const records of [
        [told, ...rollout],
        [...rollout, told],
      ]) {
        const timeline = timelineOf(...records);
        const merged = { kind: "rollout", time: minute(20), digest: B, actor: "ada", revision: "4f2a", source: "github" };
        expect(timeline.changes({ ...API, ...ALL, from: minute(10) })).toMatchObject([merged]);
        // Once, also where nobody asks for a workload.
        expect(timeline.changes({ cluster: API.cluster, ...ALL, from: minute(10) })).toMatchObject([
          { ...merged, workload: API.workload },
        ]);
      }
    });

    it("is nobody's while no pod runs it, nor that of a workload that has long run it", () => {
      expect(timelineOf(told, pod("a")).changes({ cluster: API.cluster, ...ALL, from: minute(10) })).toMatchObject([
        { digest: B, source: "github" },
      ]);
      const long = timelineOf(pod("b", { digest: B, ready: -300 }), told);
      expect(long.changes({ ...API, ...ALL, from: minute(10) })).toEqual([]);
    });

    it("is not that of another cluster or namespace", () => {
      const elsewhere = [{ cluster: "west" }, { namespace: "bank" }].map(withoutWorkload);
      const found = timelineOf(...rollout, ...elsewhere).changes({ ...API, ...ALL, from: minute(10) });
      expect(found).toMatchObject([{ source: "timeline" }]);
    });
  });

  it("names the container whose image changed", () => {
    const app = { name: "app", role: "app", image: "r.test/app:1", digest: A } as const;
    const proxy = { name: "proxy", role: "sidecar", image: "r.test/proxy:1", digest: digest("1") } as const;
    const timeline = timelineOf(
      pod("a1", { containers: [app, proxy], ended: 21 }),
      pod("a2", { hash: "8b8b", ready: 20, containers: [app, { ...proxy, image: "r.test/proxy:2", digest: digest("2") }] }),
    );
    expect(timeline.changes({ ...API, ...ALL, from: minute(10) })).toMatchObject([
      { kind: "rollout", container: "proxy", digest: digest("2"), previousDigest: digest("1"), image: "r.test/proxy:2" },
    ]);
  });

  it("takes drained, restarted and rescheduled pods for what they are: no change", () => {
    const timeline = timelineOf(pod("a1", { ended: 20 }), pod("a2", { ready: 20.5, ended: 40 }), pod("a3", { ready: 55 }));
    expect(timeline.changes({ ...API, ...ALL, from: minute(10) })).toEqual([]);
  });

  it("takes the runs of a CronJob for one version", () => {
    const run = (index: number) =>
      pod(`r${index}`, { owner: `Job/report-2901234${index}`, hash: undefined, ready: index * 30, ended: index * 30 + 2 });
    const timeline = timelineOf(run(0), run(1), run(2));
    expect(timeline.changes({ ...API, workload: "CronJob/report", ...ALL, from: minute(1) })).toEqual([]);
    expect(timeline.exposure({ ...API, workload: "CronJob/report" }, minute(0), minute(90), 60_000).activations).toHaveLength(3);
  });
});

describe("changes that owners tell", () => {
  const image = (tag: string) => [{ container: "app", image: `registry.test/api:${tag}` }];

  it("reports new images, new templates and new sizes of a Deployment, with actor and revision", () => {
    const timeline = timelineOf(
      owner("Deployment", "api", { seen: 0, images: image("1"), revision: "1", replicas: 3 }),
      owner("Deployment", "api", { seen: 10, images: image("2"), revision: "2", replicas: 3, actor: "argocd-controller" }),
      owner("Deployment", "api", { seen: 20, images: image("2"), revision: "3", replicas: 3 }),
      owner("Deployment", "api", { seen: 40, images: image("2"), revision: "3", replicas: 9 }),
    );
    expect(timeline.changes({ ...API, ...ALL })).toMatchObject([
      {
        kind: "rollout",
        time: minute(10),
        image: "registry.test/api:2",
        previousImage: "registry.test/api:1",
        actor: "argocd-controller",
      },
      { kind: "config", time: minute(20), revision: "3", restart: true },
      { kind: "scale", time: minute(40), replicas: 9, previousReplicas: 3 },
    ]);
  });

  it("joins them with what the pods show", () => {
    const timeline = timelineOf(
      owner("Deployment", "api", { seen: 0, images: image("1"), revision: "1" }),
      owner("Deployment", "api", { seen: 10, images: image("2"), revision: "2", actor: "kubectl" }),
      pod("a", { ended: 13 }),
      pod("b", { hash: "8b8b", digest: B, image: "registry.test/api:2", ready: 12 }),
    );
    expect(timeline.changes({ ...API, ...ALL, from: minute(5) })).toMatchObject([
      { kind: "rollout", time: minute(12), digest: B, previousDigest: A, actor: "kubectl", revision: "2" },
    ]);
  });
});

describe("announced changes", () => {
  it("makes one change of the notices of one rollout", () => {
    const timeline = timelineOf(
      change(10, {
        digest: B,
        previousDigest: A,
        phase: "started",
        replicas: 0,
        previousReplicas: 4,
        actor: "ci",
        revision: "r7",
      }),
      change(12, { digest: B, phase: "progressing", replicas: 2, previousReplicas: 2 }),
      change(14, { digest: B, phase: "finished", replicas: 4, previousReplicas: 0 }),
    );
    expect(timeline.changes({ ...API, ...ALL })).toMatchObject([
      { time: minute(10), phase: "finished", replicas: 4, previousReplicas: 0, actor: "ci", revision: "r7", previousDigest: A },
    ]);
  });

  it("makes one candidate of notice and pods, with the time of the first ready pod and the words of the deployer", () => {
    const timeline = timelineOf(
      pod("a", { ended: 14 }),
      pod("b", { hash: "8b8b", digest: B, ready: 12 }),
      change(10, { digest: B, actor: "argocd", revision: "9fceb02", url: "https://ci.test/7" }),
    );
    expect(timeline.changes({ ...API, ...ALL, from: minute(5) })).toMatchObject([
      {
        time: minute(12),
        digest: B,
        previousDigest: A,
        actor: "argocd",
        revision: "9fceb02",
        url: "https://ci.test/7",
        source: "native",
      },
    ]);
  });

  it("joins a notice that names only a revision with the version that opened then", () => {
    const timeline = timelineOf(
      pod("a", { ended: 14 }),
      pod("b", { hash: "8b8b", digest: B, ready: 12 }),
      change(15, { phase: "finished", actor: "flux", revision: "main@sha1:77" }),
    );
    expect(timeline.changes({ ...API, ...ALL, from: minute(5) })).toMatchObject([
      { time: minute(12), digest: B, actor: "flux", revision: "main@sha1:77" },
    ]);
  });

  it("keeps a rollout that is announced again after another one as a second change", () => {
    const timeline = timelineOf(
      change(0, { digest: A, phase: "finished" }),
      change(30, { digest: B, phase: "finished" }),
      change(33, { digest: A, kind: "rollback", phase: "started" }),
    );
    expect(timeline.changes({ ...API, ...ALL }).map((entry) => [entry.kind, entry.digest, entry.time])).toEqual([
      ["rollout", A, minute(0)],
      ["rollout", B, minute(30)],
      ["rollback", A, minute(33)],
    ]);
  });

  it("keeps policy edits, and selects by every property asked for", () => {
    const edit = { kind: "policy", policy: "deny-egress", namespace: "" } as const;
    const { workload: _, ...nowhere } = API;
    const timeline = timelineOf(
      {
        type: "change",
        change: { ...nowhere, ...edit, id: "e1", time: minute(5), receivedAt: minute(5), phase: "finished", source: "native" },
      },
      change(6, { kind: "scale", replicas: 9, previousReplicas: 3 }),
      change(7, { digest: B, workload: "Deployment/web" }),
    );
    const ids = (filter: object) => timeline.changes({ ...ALL, ...filter }).map((entry) => entry.kind);
    expect(ids({})).toEqual(["policy", "scale", "rollout"]);
    expect(ids({ policy: "deny-egress" })).toEqual(["policy"]);
    expect(ids({ policy: "other" })).toEqual([]);
    expect(ids({ workload: "Deployment/web" })).toEqual(["rollout"]);
    expect(ids({ cluster: "west" })).toEqual([]);
    expect(ids({ from: minute(6), to: minute(6) })).toEqual(["scale"]);
  });

  it("counts the same notice once", () => {
    const notice = change(10, { kind: "scale", replicas: 9, previousReplicas: 3 });
    expect(timelineOf(notice, notice).changes({ ...API, ...ALL })).toHaveLength(1);
  });
});

describe("the first version known", () => {
  const template = (createdAt: number) =>
    owner("ReplicaSet", "api-7d9f", { owner: "Deployment/api", createdAt: minute(createdAt) });

  it("is a rollout when its template was made then", () => {
    expect(timelineOf(pod("a", { ready: 30 }), template(29)).changes({ ...API, ...ALL })).toMatchObject([
      { digest: A, time: minute(30) },
    ]);
  });

  it("is no change when its template is older: its earlier pods are gone", () => {
    expect(timelineOf(pod("a", { ready: 30 }), template(0)).changes({ ...API, ...ALL })).toEqual([]);
  });
});
