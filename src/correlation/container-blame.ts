/**
 * Which part of a blamed rollout is to blame, where several images changed at once, or an image and the configuration:
 * the events of each container before and after the first new pod, as two counts with an unknown base rate that is
 * integrated out (Gamma-Poisson) and an effect of unknown size.
 */
import { gammaln } from "simple-statistics";
import { EFFECTS } from "./effect-grid.ts";
import { type CandidateChange, type Episode, minutesIn, type VersionContainer } from "./episode.ts";
import { logSumExp } from "./log-sum-exp.ts";
import { GAMMA_RATE, GAMMA_SHAPE } from "./model-options.ts";

/** Weight of the changed images together, and of the configuration. */
const IMAGES = 0.05;
const CONFIG = 0.02;
const DISPERSION = 2;
/** A configuration change this close to the rollout came with it, minutes. */
const TOGETHER = 10;

export interface BlamedPart {
  readonly kind: "image" | "config";
  /** Images: the container, and what it runs now. */
  readonly container?: VersionContainer;
  /** The parts sum to 1. */
  readonly probability: number;
  /** Images: events that name the container, before and after the first new pod. */
  readonly before: number;
  readonly after: number;
}

/** Most probable first. Empty when at most one part changed, or nobody knows what did. */
export function blamedParts(episode: Episode, change: CandidateChange): readonly BlamedPart[] {
  const containers = episode.activations[change.activation ?? -1]?.containers ?? [];
  const changed = changedContainers(episode, change);
  const configured = episode.changes.some((other) => isConfigBeside(other, change, episode));
  if (changed.length === 0 || changed.length + Number(configured) < 2) return [];
  const split = Math.min(Math.max(Math.floor(minutesIn(episode, change.at)), 0), episode.buckets);
  const tallies = containers.map((container) => tallyOf(episode, container, split));
  const rises = new Map(tallies.map((tally) => [tally.container.name, lnRise(tally, split, episode.buckets - split)]));
  const images = tallies
    .filter(({ container }) => changed.includes(container))
    .map((tally) => ({
      kind: "image" as const,
      ...tally,
      ln: Math.log(IMAGES / changed.length) + (rises.get(tally.container.name) ?? 0),
    }));
  const config = {
    kind: "config" as const,
    before: 0,
    after: 0,
    ln: Math.log(CONFIG / containers.length) + logSumExp([...rises.values()]),
  };
  const parts = configured ? [...images, config] : images;
  const total = logSumExp(parts.map(({ ln }) => ln));
  return parts
    .map(({ ln, ...part }) => ({ ...part, probability: Math.exp(ln - total) }))
    .sort((a, b) => b.probability - a.probability);
}

/** Containers of the blamed version whose image is not that of the version with most pods before it. */
function changedContainers(episode: Episode, change: CandidateChange): readonly VersionContainer[] {
  const { activation = -1 } = change;
  const bucket = Math.min(Math.max(Math.floor(minutesIn(episode, change.at)) - 1, 0), episode.buckets - 1);
  const others = episode.activations.filter((_, index) => index !== activation);
  const readyIn = (pods: readonly number[]) => pods[bucket] ?? 0;
  const before = others.reduce<(typeof others)[number] | undefined>(
    (most, one) => (readyIn(one.pods) > (most === undefined ? 0 : readyIn(most.pods)) ? one : most),
    undefined,
  );
  if (before?.containers === undefined) return [];
  return (episode.activations[activation]?.containers ?? []).filter((container) => {
    const old = before.containers?.find(({ name }) => name === container.name);
    return old === undefined || (old.digest ?? old.image) !== (container.digest ?? container.image);
  });
}

function isConfigBeside(other: CandidateChange, change: CandidateChange, episode: Episode): boolean {
  const apart = Math.abs(minutesIn(episode, other.at) - minutesIn(episode, change.at));
  return other.kind === "config" && other.workload === change.workload && apart <= TOGETHER;
}

interface Tally {
  readonly container: VersionContainer;
  readonly before: number;
  readonly after: number;
}

function tallyOf({ containerEvents }: Episode, container: VersionContainer, split: number): Tally {
  const counts = containerEvents?.find(({ name }) => name === container.name)?.counts ?? [];
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return { container, before: sum(counts.slice(0, split)), after: sum(counts.slice(split)) };
}

/** ln likelihood of a rise of unknown size after the split, above that of none. Times in minutes, exposure in hours. */
export function lnRise({ before, after }: Pick<Tally, "before" | "after">, minutesBefore: number, minutesAfter: number): number {
  const shape = GAMMA_SHAPE + (before + after) / DISPERSION;
  const marginal = (mass: number) => gammaln(shape) - shape * Math.log(GAMMA_RATE + mass / DISPERSION);
  const [early, late] = [minutesBefore / 60, minutesAfter / 60];
  const still = marginal(early + late);
  const terms = EFFECTS.lnFactor.map(
    (factor, j) => (EFFECTS.lnWeight[j] ?? 0) + (after / DISPERSION) * factor + marginal(early + late * Math.exp(factor)),
  );
  return logSumExp(terms) - still;
}
