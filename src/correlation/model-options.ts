/** Constants of the model and the switches of its later terms. */

export interface Priors {
  /** Chance that a given rollout moves a given series. */
  readonly rollout: number;
  readonly config: number;
  /** An edit of the policy itself, and of another policy that selects the workload. */
  readonly policy: number;
  readonly otherPolicy: number;
  readonly scale: number;
  /** That the detector fired on nothing. */
  readonly nothing: number;
  /** Per minute: one unexplained spike per series in two weeks. */
  readonly unexplained: number;
  /** Per minute: one shift of the whole policy or cluster in ten weeks. */
  readonly shared: number;
  /** Per minute: one pod of the workload alone, without a change. */
  readonly onePod: number;
}

export interface ModelOptions {
  readonly priors: Priors;
  /** Softens the posterior: bursts are not independent events. Fitted on simulated episodes. */
  readonly temperature: number;
  /** Share of labelled events taken to carry a wrong version; 0 switches the term off. */
  readonly strayShare: number;
  /** Age of pods and single pods, where events name pods. */
  readonly pods: boolean;
  /** Other policies of the same workload. */
  readonly siblings: boolean;
  /** Past changes, spikes and soaks. */
  readonly history: boolean;
}

const BASIC_PRIORS: Priors = {
  rollout: 0.05,
  config: 0.03,
  policy: 0.1,
  otherPolicy: 0.02,
  scale: 0.3,
  nothing: 1,
  unexplained: 5e-5,
  shared: 1e-5,
  onePod: 5e-6,
};

/** The model without the later terms: the reference the terms are measured against. */
export const BASIC_MODEL: ModelOptions = {
  priors: BASIC_PRIORS,
  temperature: 2,
  strayShare: 0,
  pods: false,
  siblings: false,
  history: false,
};

export const FULL_MODEL: ModelOptions = {
  priors: { ...BASIC_PRIORS, config: 0.02, nothing: 0.1 },
  temperature: 1.75,
  strayShare: 0.02,
  pods: true,
  siblings: true,
  history: true,
};

/** Shape and rate of the Gamma prior of a series' base rate. */
export const GAMMA_SHAPE = 0.5;
export const GAMMA_RATE = 0.5;
/** Buckets before the detected onset at which an effect may already have begun. */
export const ONSET_BACK = 20;
/** The pre-period ends this many buckets before the onset, and has at least five buckets. */
export const PRE_GAP = 8;
export const PRE_LEAST = 5;
