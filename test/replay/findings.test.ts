/** What alerts say beyond the cause, from records to the transition that a receiver is told. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Alert } from "../../src/domain/alert.ts";
import { formatTime } from "../../src/domain/time.ts";
import { HOUR, MINUTE, writeRecords } from "../harness/records.ts";
import { replayFiles } from "../harness/tenfold-process.ts";
import { randomFrom } from "./random.ts";

const folder = mkdtempSync(join(tmpdir(), "tenfold-findings-"));
afterAll(() => rmSync(folder, { recursive: true }));

const START = Date.parse("2026-01-05T00:00:00Z");
const PODS = 6;
const FOREVER = START + 1000 * HOUR;
const config = join(folder, "tenfold.yaml");
writeFileSync(config, "cluster: prod-eu\n");

interface Stream {
  readonly policy: string;
  /** Events a minute at a time. */
  readonly rate: (time: number) => number;
  readonly fields?: (time: number, pod: number) => Readonly<Record<string, unknown>>;
}

/** Poisson events of Deployment/shop over `hours`. */
function eventsOf(streams: readonly Stream[], hours: number, seed: number): readonly object[] {
  const random = randomFrom(seed);
  const out: { readonly time: string }[] = [];
  for (const { policy, rate, fields } of streams) {
    for (let time = START; time < START + hours * HOUR; time += 1000) {
      if (random() >= rate(time) / 60) continue;
      const at = time + Math.floor(random() * 1000);
      const pod = Math.floor(random() * PODS);
      const more = fields?.(at, pod) ?? {};
      out.push({ time: formatTime(at), policy, namespace: "web", workload: "Deployment/shop", ...more } as { time: string });
    }
  }
  return out.sort((a, b) => (a.time < b.time ? -1 : 1));
}

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const image = (container: string, digit: string) => `registry.example/${container}@${digest(digit)}`;
const nameOf = (hash: string, pod: number) => `shop-${hash}-x2x4${pod}`;

/** Pods of one version, each with these images, ready from a time until another. */
function podsOf(hash: string, images: Readonly<Record<string, string>>, from: number, to = FOREVER) {
  const containers = Object.entries(images).map(([name, reference]) => ({ name, image: reference }));
  return Array.from({ length: PODS }, (_, pod) => {
    const since = formatTime(from);
    const object = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: nameOf(hash, pod),
        namespace: "web",
        uid: `uid-${hash}-${from}-${pod}`,
        creationTimestamp: since,
        labels: { "pod-template-hash": hash },
        ownerReferences: [{ kind: "ReplicaSet", name: `shop-${hash}`, uid: `rs-${hash}`, controller: true }],
      },
      spec: { containers },
      status: {
        phase: "Running",
        startTime: since,
        conditions: [{ type: "Ready", status: "True", lastTransitionTime: since }],
        containerStatuses: containers.map(({ name, image: reference }) => ({
          name,
          image: reference,
          imageID: reference,
          ready: true,
        })),
      },
    };
    const deleted = { ...object, metadata: { ...object.metadata, deletionTimestamp: formatTime(to) } };
    return [
      { at: from, record: { type: "ADDED", object } },
      ...(to < FOREVER ? [{ at: to, record: { type: "DELETED", object: deleted } }] : []),
    ];
  }).flat();
}

interface Told {
  readonly at: number;
  readonly record: object;
}

async function firedBy(name: string, events: readonly object[], changes: readonly Told[]): Promise<readonly Alert[]> {
  const records = [...changes].sort((a, b) => a.at - b.at).map(({ record }) => record);
  const told = ["--changes", writeRecords(join(folder, `${name}-changes.ndjson`), records)];
  const file = writeRecords(join(folder, `${name}.ndjson`), events);
  const { transitions } = await replayFiles(["--config", config, ...told, file]);
  return transitions.filter(({ type }) => type === "alert.fired").map(({ data }) => data);
}

describe("findings", () => {
  const hours = 15;
  const onset = START + 14 * HOUR;
  const rises = (before: number, after: number) => (time: number) => (time < onset ? before : after);

  it("says which image it was when two changed at once", async () => {
    const changes = [
      ...podsOf("6c9f8d", { app: image("app", "1"), proxy: image("proxy", "2") }, START - HOUR, onset + MINUTE),
      ...podsOf("7d4b5f", { app: image("app", "3"), proxy: image("proxy", "4") }, onset),
    ];
    const named = (container: string) => (time: number, pod: number) => ({
      pod: nameOf(time < onset ? "6c9f8d" : "7d4b5f", pod),
      container,
    });
    const events = eventsOf(
      [
        { policy: "egress", rate: () => 0.5, fields: named("app") },
        { policy: "egress", rate: rises(0.5, 12), fields: named("proxy") },
      ],
      hours,
      11,
    );
    const [alert, second] = await firedBy("two-images", events, changes);
    expect(second).toBeUndefined();
    expect(alert?.cause.verdict).toBe("image");
    const parts = alert?.cause.suspects[0]?.evidence.find(({ kind }) => kind === "container");
    expect(parts?.text).toMatch(/it is the image of container proxy/);
  });

  it("says at once that a digest came back that was blamed before", async () => {
    const [again, gone] = [START + 17 * HOUR, onset + 20 * MINUTE];
    const old = { app: image("app", "1") };
    const bad = { app: image("app", "3") };
    const changes = [
      ...podsOf("6c9f8d", old, START - HOUR, onset + MINUTE),
      ...podsOf("7d4b5f", bad, onset, gone + MINUTE),
      ...podsOf("6c9f8d", old, gone, again + MINUTE),
      ...podsOf("7d4b5f", bad, again),
    ];
    const isBad = (time: number) => (time >= onset && time < gone) || time >= again;
    const fields = (time: number, pod: number) => ({ pod: nameOf(isBad(time) ? "7d4b5f" : "6c9f8d", pod) });
    const events = eventsOf([{ policy: "egress", rate: (time) => (isBad(time) ? 12 : 0.5), fields }], 18, 12);
    const fired = await firedBy("returns", events, changes);
    expect(fired.map(({ cause }) => cause.suspects[0]?.digest)).toEqual([digest("3"), digest("3")]);
    // In the message that the second alert begins with, not in a later one.
    expect(fired[1]?.cause.notes?.join(" ")).toContain(`alert ${fired[0]?.id}`);
    expect(fired[0]?.cause.notes?.join(" ") ?? "").not.toContain("came back");
  });

  it("says that it was okay by accident when another policy blocked the same before", async () => {
    const events = eventsOf(
      [
        { policy: "allow-list", rate: rises(8, 0.4) },
        { policy: "pci-egress", rate: rises(0.4, 8) },
      ],
      hours,
      13,
    );
    const edit = { at: onset, record: { time: formatTime(onset), kind: "policy", policy: "allow-list", actor: "ada" } };
    const [alert, second] = await firedBy("okay-by-accident", events, [edit]);
    expect(second).toBeUndefined();
    expect(alert?.cause.verdict).toBe("policy");
    expect(alert?.cause.notes?.join(" ")).toMatch(/Since the edit of allow-list, pci-egress blocks what .* \(okay by accident\)/);
  });

  it("says that another policy decided than the one the regime relies on", async () => {
    const fields = (time: number) => ({ regimes: ["pci"], ...(time < onset ? {} : { decidedBy: "default-deny" }) });
    const events = eventsOf([{ policy: "pci-egress", rate: rises(0.5, 10), fields }], hours, 14);
    const [alert] = await firedBy("decided-by", events, []);
    expect(alert?.cause.notes?.join(" ")).toMatch(/were decided by default-deny, not by pci-egress as pci expects/);
  });

  it("tells one alert for one rollout that several policies see", async () => {
    const changes = [
      ...podsOf("6c9f8d", { app: image("app", "1") }, START - HOUR, onset + MINUTE),
      ...podsOf("7d4b5f", { app: image("app", "3") }, onset),
    ];
    const fields = (time: number, pod: number) => ({ pod: nameOf(time < onset ? "6c9f8d" : "7d4b5f", pod) });
    const policies = ["egress", "exec", "files"];
    const events = eventsOf(
      policies.map((policy) => ({ policy, rate: rises(0.5, 10), fields })),
      hours,
      15,
    );
    const fired = await firedBy("one-cause", events, changes);
    expect(fired.map(({ cause }) => cause.suspects[0]?.digest)).toEqual([digest("3")]);
  });
});
