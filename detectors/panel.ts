/** The panel: expectation, members and incidents of one series, as a pure reducer over its state. */
import { evidenceGate, type Finding, findAlarm, memberState } from "./alarm.ts";
import { moveTo, refresh, restsOnPool } from "./clock.ts";
import type { Panel, PanelOptions, PanelState, PanelVerdict, Sample } from "./contract.ts";
import { companionExpectation, type Expectations, ratesOf } from "./expectation.ts";
import { unpackExperience } from "./experience.ts";
import { holdBucket, holdSilence, release } from "./guard.ts";
import { ACCEPTED_AFTER, continueIncident, type Incident, isRaised, isResolved, silenceToResolve } from "./incident.ts";
import { acceptLevel, openIncident, resolveIncident } from "./lifecycle.ts";
import { meanFactor, SEASON_STEP, seasonBin } from "./math/season-bin.ts";
import { seasonFactors } from "./math/season-factors.ts";
import { stretchOf } from "./observe.ts";
import { firstState } from "./prior.ts";
import { slowExcess } from "./roughness.ts";
import { asPanelState, asSeriesState, isFirstDay, type SeriesState } from "./series-state.ts";
import { type Settings, settingsOf } from "./settings.ts";
import { unpackLearner, unpackSeason } from "./stream-learner.ts";
import type { Stretch } from "./stretch.ts";
import { incidentVerdict, quietVerdict, warmingVerdict } from "./verdict.ts";

const MINUTE = 60_000;

/** A state on its way through one step, with what that step changed. */
interface Passage {
  readonly state: SeriesState;
  readonly ended?: { readonly incident: Incident; readonly transition: "resolved" | "became-normal" };
}

/** Builds the panel. Throws a RangeError for an unknown detector name. */
export function createPanel(options: PanelOptions): Panel {
  const settings = settingsOf(options);
  return {
    step: (state, sample) => step(asSeriesState(state), sample, settings),
    needsTime: (state) => asSeriesState(state)?.i !== undefined,
    expect: (state, from, to, share) => {
      const series = asSeriesState(state);
      return series && expectOver(series, from, to, share, settings);
    },
  };
}

function step(before: SeriesState | undefined, sample: Sample, settings: Settings): { state: PanelState; verdict: PanelVerdict } {
  const share = sample.width > 0 ? Math.min(1, (sample.exposure * 1000) / sample.width) : 0;
  const start = before ?? refresh(firstState(sample.at, share, sample.prior), settings);
  const end = Math.max(start.t, sample.at + sample.width);
  let passage = silence({ state: start }, sample.at, sample.gapShare ?? share, settings);
  if (sample.count === 0) passage = silence(passage, end, share, settings);
  else return bucket(passage, sample, Math.max(passage.state.t, sample.at), end, share, settings);
  const state = passage.state;
  return { state: asPanelState(state), verdict: silentVerdict(passage, settings) };
}

/**
 * Time without events up to `to`, however long, in pieces that end with every season step: within one nothing but the
 * length of the silence matters, and learning, whose blocks are as long, rounds its sums at the same times whatever the cut.
 */
function silence(passage: Passage, to: number, share: number, settings: Settings): Passage {
  let { state } = passage;
  let ended = passage.ended;
  while (state.t < to) {
    const from = state.t;
    let end = Math.min(to, (Math.floor(from / SEASON_STEP) + 1) * SEASON_STEP);
    const exposure = (share * (end - from)) / MINUTE;
    let stretch = state.e && stretchOf(state, state.e, from, end, exposure, 0, 0);
    if (stretch && state.i) {
      const left = Math.min(silenceToResolve(state.i, stretch), state.i.at + ACCEPTED_AFTER - from);
      if (from + left < end && state.e) {
        end = Math.min(end, from + Math.max(1, Math.ceil(left)));
        stretch = stretchOf(state, state.e, from, end, (share * (end - from)) / MINUTE, 0, 0);
      }
    }
    const held = holdSilence({ guard: state.g, open: state.o }, from, end, share);
    state = { ...state, s: share, g: held.guard, o: held.open };
    if (stretch) state = stepMembers(state, stretch, settings);
    if (stretch && state.i) state = { ...state, i: continueIncident(state.i, stretch) };
    const next = settle(moveOn(state, end, settings), stretch, settings);
    state = next.state;
    ended = next.ended ?? ended;
  }
  return { state, ...(ended ? { ended } : {}) };
}

/** A bucket with events. */
function bucket(passage: Passage, sample: Sample, from: number, end: number, share: number, settings: Settings) {
  const clipped = Math.min(sample.clipped, sample.count);
  const exposure = Math.min(sample.exposure / 60, (end - from) / MINUTE);
  let state = clipped < sample.count ? split(passage.state) : passage.state;
  const stretch = state.e && stretchOf(state, state.e, from, end, exposure, sample.count, clipped);
  const held = holdBucket({ guard: state.g, open: state.o }, from, 60 * exposure, sample.count, clipped);
  state = { ...state, s: share, g: held.guard, o: held.open };
  if (!stretch) {
    const moved = moveOn(state, end, settings);
    const verdict = warmingVerdict(moved, settings.options.lnThreshold, false);
    return { state: asPanelState(moved), verdict };
  }
  state = stepMembers(state, stretch, settings);
  if (state.i) {
    state = { ...state, i: continueIncident(state.i, stretch) };
    const next = settle(moveTo(state, end, settings), stretch, settings);
    return { state: asPanelState(next.state), verdict: openVerdict(next, stretch, settings) };
  }
  const finding = findAlarm(state, stretch, settings);
  if (finding.alarm && state.e) state = openIncident(state, state.e, finding.alarm, stretch);
  state = moveTo(state, end, settings);
  return { state: asPanelState(state), verdict: bucketVerdict({ ...passage, state }, finding, settings) };
}

/**
 * The state at `end`. When that ends its warm-up, the members are shown what is still in the guard: an incident of that
 * hour is then found late, but it is found, and not learned.
 */
function moveOn(before: SeriesState, end: number, settings: Settings): SeriesState {
  const moved = moveTo(before, end, settings);
  if (before.e || !moved.e) return moved;
  let state = moved;
  for (const { minute, length, share, raw, clipped } of release(moved.g, Number.POSITIVE_INFINITY).released) {
    const from = minute * MINUTE;
    const stretch = stretchOf(state, moved.e, from, from + length * MINUTE, share * length, raw, clipped);
    state = stepMembers(state, stretch, settings);
  }
  return state;
}

/** While an incident is open only the decider goes on: its evidence is shown, onset and agreement are settled. */
function stepMembers(state: SeriesState, stretch: Stretch, settings: Settings): SeriesState {
  const d: Record<string, readonly number[]> = {};
  const members = state.i ? [settings.decider] : settings.stepped;
  for (const member of members) d[member.name] = member.step(memberState(state, member.name), stretch);
  return { ...state, d };
}

/** Ends an incident that is over, or whose level is the new normal. One that just faded (no pods) teaches nothing. */
function settle(state: SeriesState, stretch: Stretch | undefined, settings: Settings): Passage {
  const incident = state.i;
  if (!incident || !stretch) return { state };
  if (isResolved(incident))
    return { state: resolveIncident(state, incident, stretch), ended: { incident, transition: "resolved" } };
  if (state.t - incident.at < ACCEPTED_AFTER) return { state };
  if (!isRaised(incident))
    return { state: resolveIncident(state, incident, stretch), ended: { incident, transition: "resolved" } };
  return { state: acceptLevel(state, incident, settings), ended: { incident, transition: "became-normal" } };
}

/** The companion gets its own copies at its first clipped event; until then both streams were the same. */
function split(state: SeriesState): SeriesState {
  if (state.m) return state;
  const expectations: Expectations | undefined = state.e && [state.e[0], companionExpectation(state.e)];
  return { ...state, m: state.l, ...(state.h ? { j: state.h } : {}), ...(expectations ? { e: expectations } : {}) };
}

function silentVerdict(passage: Passage, settings: Settings): PanelVerdict {
  const { state, ended } = passage;
  const { lnThreshold: threshold } = settings.options;
  if (!state.e) return warmingVerdict(state, threshold, restsOnPool(state));
  const evidence = evidenceOf(state, settings);
  const gates = [evidenceGate(evidence, evidence >= threshold, settings)];
  const weakPrior = restsOnPool(state);
  const report = { evidence, threshold, weakPrior, gates, end: state.t };
  if (state.i) return incidentVerdict(state, state.i, { ...report, phase: "open" });
  if (ended) return incidentVerdict(state, ended.incident, { ...report, phase: "quiet", transition: ended.transition });
  return quietVerdict(evidence, threshold, weakPrior, gates);
}

function openVerdict(passage: Passage, stretch: Stretch, settings: Settings): PanelVerdict {
  return { ...silentVerdict(passage, settings), windowSeconds: windowSeconds(passage, stretch) };
}

function windowSeconds(passage: Passage, stretch: Stretch): number {
  const incident = passage.state.i ?? passage.ended?.incident;
  return incident ? (stretch.to - incident.on) / 1000 : 0;
}

function bucketVerdict(passage: Passage, finding: Finding, settings: Settings): PanelVerdict {
  const { state, ended } = passage;
  const { evidence, gates } = finding;
  const report = { evidence, threshold: settings.options.lnThreshold, weakPrior: restsOnPool(state), gates, end: state.t };
  if (state.i) return incidentVerdict(state, state.i, { ...report, phase: "open", transition: "opened" });
  if (ended) return incidentVerdict(state, ended.incident, { ...report, phase: "quiet", transition: ended.transition });
  return quietVerdict(evidence, report.threshold, report.weakPrior, gates);
}

/** Evidence without a bucket of its own: only the mixture says anything about silence. */
function evidenceOf(state: SeriesState, settings: Settings): number {
  const { decider, decidedBy, options } = settings;
  return decider.judge(memberState(state, decider.name), EMPTY, options.lnThreshold, decidedBy).evidence;
}

const NO_STREAM = { count: 0, mean: 0, upper: 0, fastExcess: 0, slowExcess: 0, fastMask: 0 };
const EMPTY: Stretch = { from: 0, to: 0, minutes: 0, raw: NO_STREAM, clipped: NO_STREAM };

function expectOver(state: SeriesState, from: number, to: number, share: number, settings: Settings) {
  if (!state.e) return undefined;
  const experience = unpackExperience(state.q);
  const learner = unpackLearner(state.l);
  const hours = state.h && unpackSeason(state.h);
  const firstDay = isFirstDay(state) ? hours : undefined;
  const time = state.t / (60 * MINUTE);
  const rates = ratesOf({ learner, experience, pool: state.p, noiseFactor: settings.options.noiseFactor, firstDay, time });
  const season = firstDay ? undefined : hours;
  const factors = season && seasonFactors(season.observed, season.expected, slowExcess(learner));
  const factor = factors ? meanFactor((hour) => factors[seasonBin(hour)] ?? 1, from, to) : 1;
  const exposure = (share * factor * (to - from)) / MINUTE;
  return { mean: rates.rate * exposure, upper: rates.upper * exposure };
}
