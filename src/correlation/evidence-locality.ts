/** Locality: which other workloads moved at the same time, and which did not. */
import type { Evidence } from "../domain/alert.ts";
import type { EpisodeModels, NeighbourWitness, Witness } from "./episode-models.ts";
import { countText, strength } from "./evidence-words.ts";
import type { Hypothesis } from "./hypothesis.ts";

/** ln from which a neighbour is said to have risen, or to be flat although it is busy. */
const CLEAR = 1;
const MOST_NAMES = 3;

export function localityEvidence(models: EpisodeModels, hypothesis: Hypothesis, start: number): Evidence | undefined {
  const { locality, kind } = hypothesis;
  if (!locality) return undefined;
  const ln = locality[start] ?? 0;
  const witnesses: readonly Witness[] = kind === "cluster" ? [...models.neighbours, ...models.otherPolicies] : models.neighbours;
  if (witnesses.length === 0) return undefined;
  const { risen, flat } = sortWitnesses(witnesses, start);
  const quiet = witnesses.length - risen - flat;
  const what = kind === "cluster" ? "other series" : "other workloads under this policy";
  const unrecorded = kind === "policy-wide" ? "; no edit is recorded" : "";
  const text = `of ${witnesses.length} ${what} ${risen} rose at the same time, ${flat} stayed flat, ${quiet} say nothing (${strength(ln)})${unrecorded}`;
  return { kind: "locality", ln, text };
}

/** The same digest on other workloads. */
export function sisterEvidence(models: EpisodeModels, hypothesis: Hypothesis): Evidence | undefined {
  const { sisters } = hypothesis;
  if (!sisters || sisters.length === 0) return undefined;
  const ln = sisters.reduce((total, sister) => total + sister.ln, 0);
  const rose = sisters.filter((sister) => sister.ln > CLEAR).length;
  const others = models.neighbours.filter(({ name }) => !sisters.some(({ workload }) => workload === name));
  const flat = others.filter((witness) => !hasRisen(witness)).length;
  const text = `${rose} of ${countText(sisters.length, "other workload")} that received the same digest also rose; ${flat} of ${others.length} without it did not (${strength(ln)})`;
  return { kind: "locality", ln, text };
}

/** Other policies of the same workload. */
export function siblingsEvidence(models: EpisodeModels, hypothesis: Hypothesis, start: number): Evidence | undefined {
  const ln = hypothesis.siblings?.[start];
  if (ln === undefined || models.siblings.length === 0) return undefined;
  const risen = models.siblings.filter(({ unchanged, changed }) => (changed[start] ?? 0) - unchanged > CLEAR);
  const names = risen.map(({ name }) => name).slice(0, MOST_NAMES);
  if (risen.length === 0 && Math.abs(ln) < CLEAR) return undefined;
  const who = names.length > 0 ? `${names.join(", ")} of this workload rose as well` : "no other policy of this workload rose";
  return { kind: "siblings", ln, text: `${risen.length} of ${models.siblings.length} other policies: ${who} (${strength(ln)})` };
}

function hasRisen({ unchanged, changed }: NeighbourWitness): boolean {
  return changed.some((value) => value - unchanged > CLEAR);
}

function sortWitnesses(witnesses: readonly Witness[], start: number): { risen: number; flat: number } {
  let risen = 0;
  let flat = 0;
  for (const { unchanged, changed } of witnesses) {
    const ln = (changed[start] ?? 0) - unchanged;
    if (ln > CLEAR) risen++;
    else if (ln < -CLEAR) flat++;
  }
  return { risen, flat };
}
