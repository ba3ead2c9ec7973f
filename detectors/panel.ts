/** The panel: expectation, members and incidents of one series, as a pure reducer over its state. */
import { evidenceGate, type Finding, findAlarm } from "./alarm.ts";
import { moveTo, refresh, restsOnPool } from "./clock.ts";
import type { Panel, PanelOptions, PanelState, PanelVerdict, Sample } from "./contract.ts";
import type { Detector } from "./detector.ts";
import { companionExpectation, ratesOf } from "./expectation.ts";
import { unpackExperience } from "./experience.ts";
import { type Held, holdBucket, holdSilence, segmentsOf } from "./guard.ts";
import { ACCEPTED_AFTER, continueIncident, type Incident, isRaised, isResolved, silenceToResolve } from "./incident.ts";
import { acceptLevel, openIncident, resolveIncident } from "./lifecycle.ts";
import { meanFactor, SEASON_STEP, seasonBin } from "./math/season-bin.ts";
import { seasonFactors } from "./math/season-factors.ts";
import { memberState, stepMembers, withOpenMinute } from "./member-states.ts";
import { stretchOf } from "./observe.ts";
import { firstState } from "./prior.ts";
import { slowExcess } from "./roughness.ts";
import { asPanelState, asSeriesState, type Draft, draftOf, isFirstDay, type SeriesState } from "./series-state.ts";
import { type Settings, settingsOf } from "./settings.ts";
import { unpackLearner, unpackSeason } from "./stream-learner.ts";
import type { Stretch } from "./stretch.ts";
import { incidentVerdict, quietVerdict, warmingVerdict } from "./verdict.ts";

const MINUTE = 60_000;

/** The incident that a step ended, and how. */
interface Ended {
  readonly incident: Incident;
  readonly transition: "resolved" | "became-normal";
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
  const draft = draftOf(before ?? firstState(sample.at, share, sample.prior));
  if (!before) refresh(draft, settings);
  const end = Math.max(draft.t, sample.at + sample.width);
  let ended = silence(draft, sample.at, sample.gapShare ?? share, settings);
  if (sample.count > 0) return { verdict: bucket(draft, sample, end, share, ended, settings), state: asPanelState(draft) };
  ended = silence(draft, end, share, settings) ?? ended;
  return { verdict: silentVerdict(draft, ended, settings), state: asPanelState(draft) };
}

/**
 * Time without events up to `to`, however long, in pieces that end with every season step: within one nothing but the
 * length of the silence matters, and learning, whose blocks are as long, rounds its sums at the same times whatever the cut.
 */
function silence(draft: Draft, to: number, share: number, settings: Settings): Ended | undefined {
  let ended: Ended | undefined;
  while (draft.t < to) {
    const from = draft.t;
    let end = Math.min(to, (Math.floor(from / SEASON_STEP) + 1) * SEASON_STEP);
    const exposure = (share * (end - from)) / MINUTE;
    let stretch = draft.e && stretchOf(draft, draft.e, from, end, exposure, 0, 0);
    if (stretch && draft.i) {
      const left = Math.min(silenceToResolve(draft.i, stretch), draft.i.at + ACCEPTED_AFTER - from);
      if (from + left < end && draft.e) {
        end = Math.min(end, from + Math.max(1, Math.ceil(left)));
        stretch = stretchOf(draft, draft.e, from, end, (share * (end - from)) / MINUTE, 0, 0);
      }
    }
    live(draft, holdSilence({ guard: draft.g, open: draft.x }, from, end, share), share, stretch, settings);
    if (stretch && draft.i) draft.i = continueIncident(draft.i, stretch);
    moveOn(draft, end, settings);
    ended = settle(draft, stretch, settings) ?? ended;
  }
  return ended;
}

/** A bucket with events. `ended`: the incident that the silence before it ended. */
function bucket(draft: Draft, sample: Sample, end: number, share: number, ended: Ended | undefined, settings: Settings) {
  const from = Math.max(draft.t, sample.at);
  const clipped = Math.min(sample.clipped, sample.count);
  const exposure = Math.min(sample.exposure / 60, (end - from) / MINUTE);
  if (clipped < sample.count) split(draft);
  const stretch = draft.e && stretchOf(draft, draft.e, from, end, exposure, sample.count, clipped);
  const held = holdBucket({ guard: draft.g, open: draft.x }, from, 60 * exposure, sample.count, clipped);
  live(draft, held, share, stretch, settings);
  if (!stretch) {
    moveOn(draft, end, settings);
    return warmingVerdict(draft, settings.options.lnThreshold, false);
  }
  if (draft.i) {
    draft.i = continueIncident(draft.i, stretch);
    moveTo(draft, end, settings);
    return openVerdict(draft, settle(draft, stretch, settings), stretch, settings);
  }
  const finding = findAlarm(draft, stretch, settings);
  if (finding.alarm && draft.e) openIncident(draft, draft.e, finding.alarm, stretch);
  moveTo(draft, end, settings);
  return bucketVerdict(draft, ended, finding, settings);
}

/** Puts a stretch into the guard and, unless the series is warming, before the members. */
function live(draft: Draft, held: Held, share: number, stretch: Stretch | undefined, settings: Settings): void {
  draft.s = share;
  draft.g = held.guard;
  draft.x = stretch ? stepMembers(draft.x, held.open, membersOn(draft, settings), stretch) : withOpenMinute(draft.x, held.open);
}

/**
 * Takes a state to `end`. When that ends its warm-up, the members are shown what is still in the guard: an incident of that
 * hour is then found late, but it is found, and not learned.
 */
function moveOn(draft: Draft, end: number, settings: Settings): void {
  const warming = draft.e === undefined;
  moveTo(draft, end, settings);
  if (!warming || !draft.e) return;
  for (const { minute, length, share, raw, clipped } of segmentsOf(draft.g)) {
    const from = minute * MINUTE;
    const stretch = stretchOf(draft, draft.e, from, from + length * MINUTE, share * length, raw, clipped);
    draft.x = stepMembers(draft.x, draft.x, membersOn(draft, settings), stretch);
  }
}

/** While an incident is open only the decider goes on: its evidence is shown, onset and agreement are settled. */
function membersOn(state: SeriesState, settings: Settings): readonly Detector[] {
  return state.i ? settings.alone : settings.stepped;
}

/** Ends an incident that is over, or whose level is the new normal. One that just faded (no pods) teaches nothing. */
function settle(draft: Draft, stretch: Stretch | undefined, settings: Settings): Ended | undefined {
  const incident = draft.i;
  if (!incident || !stretch) return undefined;
  const accepted = draft.t - incident.at >= ACCEPTED_AFTER;
  if (isResolved(incident, draft.t) || (accepted && !isRaised(incident))) {
    resolveIncident(draft, incident, stretch);
    return { incident, transition: "resolved" };
  }
  if (!accepted) return undefined;
  acceptLevel(draft, incident, settings);
  return { incident, transition: "became-normal" };
}

/** The companion gets its own copies at its first clipped event; until then both streams were the same. */
function split(draft: Draft): void {
  if (draft.m) return;
  draft.m = draft.l;
  draft.j = draft.h;
  if (draft.e) draft.e = [draft.e[0], companionExpectation(draft.e)];
}

function silentVerdict(state: SeriesState, ended: Ended | undefined, settings: Settings): PanelVerdict {
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

function openVerdict(state: SeriesState, ended: Ended | undefined, stretch: Stretch, settings: Settings): PanelVerdict {
  const incident = state.i ?? ended?.incident;
  const windowSeconds = incident ? (stretch.to - incident.on) / 1000 : 0;
  return { ...silentVerdict(state, ended, settings), windowSeconds };
}

function bucketVerdict(state: SeriesState, ended: Ended | undefined, finding: Finding, settings: Settings): PanelVerdict {
  const { evidence, gates } = finding;
  const { lnThreshold: threshold } = settings.options;
  const weakPrior = restsOnPool(state);
  const report = { evidence, threshold, weakPrior, gates, end: state.t };
  if (state.i) return incidentVerdict(state, state.i, { ...report, phase: "open", transition: "opened" });
  if (ended) return incidentVerdict(state, ended.incident, { ...report, phase: "quiet", transition: ended.transition });
  return quietVerdict(evidence, threshold, weakPrior, gates);
}

/** Evidence without a bucket of its own: only the mixture says anything about silence. */
function evidenceOf(state: SeriesState, settings: Settings): number {
  const { decider, decidedBy, options } = settings;
  return decider.judge(memberState(state.x, decider), EMPTY, options.lnThreshold, decidedBy).evidence;
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
