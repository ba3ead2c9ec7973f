import type { GateValue, PanelVerdict } from "./contract.ts";
import { unpackExperience } from "./experience.ts";
import type { Incident } from "./incident.ts";
import { slowExcess } from "./roughness.ts";
import type { SeriesState } from "./series-state.ts";
import { unpackLearner } from "./stream-learner.ts";

const NORMAL_95 = 1.959963985;

export function warmingVerdict(state: SeriesState, threshold: number, weakPrior: boolean): PanelVerdict {
  const { learned, needed } = unpackExperience(state.q);
  const gates: readonly GateValue[] = [{ name: "learned-minutes", value: learned, needed, passed: false }];
  return uneventful("warming", 0, threshold, weakPrior, gates);
}

export function quietVerdict(evidence: number, threshold: number, weakPrior: boolean, gates: readonly GateValue[]): PanelVerdict {
  return uneventful("quiet", evidence, threshold, weakPrior, gates);
}

function uneventful(
  phase: "warming" | "quiet",
  evidence: number,
  threshold: number,
  weakPrior: boolean,
  gates: readonly GateValue[],
): PanelVerdict {
  return {
    phase,
    evidence,
    threshold,
    observed: 0,
    expected: 0,
    windowSeconds: 0,
    ratio: 0,
    ratioInterval: NO_INTERVAL,
    detectors: NO_DETECTORS,
    weakPrior,
    gates,
  };
}

export interface IncidentReport {
  readonly phase: "open" | "quiet";
  readonly transition?: "opened" | "resolved" | "became-normal" | undefined;
  readonly evidence: number;
  readonly threshold: number;
  readonly weakPrior: boolean;
  readonly gates: readonly GateValue[];
  readonly end: number;
}

export function incidentVerdict(state: SeriesState, incident: Incident, report: IncidentReport): PanelVerdict {
  const { phase, transition, evidence, threshold, weakPrior, gates, end } = report;
  const ratio = incident.m > 0 ? incident.x / incident.m : incident.x;
  return {
    phase,
    ...(transition ? { transition } : {}),
    evidence,
    threshold,
    onsetAt: incident.on,
    observed: incident.x,
    expected: incident.m,
    windowSeconds: (end - incident.on) / 1000,
    ratio,
    ratioInterval: ratioInterval(state, incident.x, ratio),
    detectors: incident.n,
    weakPrior,
    gates,
  };
}

/**
 * 95 % interval of observed over expected: log-normal, with the relative variances of the count (overdispersed) and of
 * the learned rate added.
 */
function ratioInterval(state: SeriesState, observed: number, ratio: number): readonly [number, number] {
  const learner = unpackLearner(state.l);
  const experience = unpackExperience(state.q);
  const dispersion = 1 + slowExcess(learner);
  const known = learner.events + experience.shape;
  const spread = NORMAL_95 * Math.sqrt(dispersion / Math.max(1, observed) + dispersion / known);
  return [ratio * Math.exp(-spread), ratio * Math.exp(spread)];
}

const NO_INTERVAL: readonly [number, number] = [0, 0];
const NO_DETECTORS: readonly string[] = [];
