/** Changes that have nothing to do with the incident. */
import type { Soak } from "../../src/correlation/episode.ts";
import { addChange, addResize, addRollout, canaryShare, type Draft, newDigest, soakElsewhere } from "./draft.ts";
import { DURATION, type SimSeries } from "./fleet.ts";

function harmlessRollout(draft: Draft, workload: number, at: number, digest = newDigest(draft)): void {
  const { random } = draft.fleet;
  const here: Soak | undefined = random.chance(0.12) ? { minutes: random.logUniform(30, 6000), outcome: "quiet" } : undefined;
  const share = random.chance(0.15) ? canaryShare(draft) : 1;
  addRollout(draft, workload, { at, digest, share, elsewhere: soakElsewhere(draft), here });
}

/** `subject`: the series the incident is about. */
export function addNoise(draft: Draft, subject: SimSeries): void {
  const { random, conditions, workloads, selects } = draft.fleet;
  const near = (before: number) => draft.onset + random.between(-before * 60, 300);
  for (const { index } of workloads) {
    const count = random.poisson(conditions.noiseRollouts);
    for (let i = 0; i < count; i++) harmlessRollout(draft, index, random.between(0, DURATION));
  }
  if (random.chance(conditions.harmlessNearby)) harmlessRollout(draft, subject.workload, near(10));
  if (random.chance(0.25)) {
    const digest = newDigest(draft);
    const at = near(10);
    for (const { index } of random.shuffled(workloads).slice(0, 2)) {
      harmlessRollout(draft, index, at + random.between(0, 60), digest);
    }
  }
  if (random.chance(0.2)) {
    const policy = random.chance(0.6) ? subject.policy : random.integer(0, selects.length - 1);
    addChange(draft, { kind: "policy", at: near(15), policy });
  }
  if (random.chance(0.2)) {
    const at = near(15);
    if (random.chance(0.5)) addRollout(draft, subject.workload, { at, digest: "sha256:same", config: true });
    else addChange(draft, { kind: "config", at, workload: subject.workload });
  }
  if (random.chance(0.2)) addResize(draft, subject.workload, near(15), random.between(0.5, 4));
}
