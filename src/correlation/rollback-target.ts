/** Which digest to go back to: not simply the previous one, which may be as bad or hardly have run. */
import type { RollbackTarget } from "../domain/alert.ts";
import type { EarlierActivation } from "./episode.ts";
import { durationText } from "./evidence-words.ts";

const LEAST_MINUTES = 30;
const LEAST_POD_MINUTES = 30;
/** An activation is normal up to twice the reference rate and three events more. */
const RATE_FACTOR = 2;
const SPARE_EVENTS = 3;

/** `earlier`: activations of the workload before the blamed one, newest first. Null when there is none to name. */
export function rollbackTarget(earlier: readonly EarlierActivation[], blamed: string | undefined): RollbackTarget | null {
  const others = earlier.filter(({ digest }) => digest !== blamed && digest.startsWith("sha256:"));
  const previous = others[0];
  if (!previous) return null;
  for (const activation of others) {
    if (objection(activation, earlier) === undefined) {
      return target(activation, true, `ran ${durationText(activation.soakMinutes)} at a normal rate`);
    }
  }
  return target(previous, false, objection(previous, earlier) ?? "not proven");
}

function target(activation: EarlierActivation, proven: boolean, why: string): RollbackTarget {
  return { digest: activation.digest, ...(activation.image === undefined ? {} : { image: activation.image }), proven, why };
}

/** Why an activation is not proven good; undefined when it is. */
function objection(activation: EarlierActivation, all: readonly EarlierActivation[]): string | undefined {
  if (activation.blamed) return "was blamed itself before";
  if (!soaked(activation)) return `ran only ${durationText(activation.soakMinutes)} under this revision of the policy`;
  const reference = lowerMedian(all.filter((other) => other !== activation && soaked(other)).map(rate));
  if (reference === undefined) return undefined;
  const most = RATE_FACTOR * reference * activation.podMinutes + SPARE_EVENTS;
  return activation.events <= most
    ? undefined
    : `its own rate was high: ${activation.events} events, ${most.toFixed(0)} would be normal`;
}

/** Whether an earlier activation ran long enough, at a normal rate and unblamed: then its digest is known to be quiet. */
export function ranQuietly(activation: EarlierActivation, all: readonly EarlierActivation[]): boolean {
  return objection(activation, all) === undefined;
}

function soaked({ soakMinutes, podMinutes }: EarlierActivation): boolean {
  return soakMinutes >= LEAST_MINUTES && podMinutes >= LEAST_POD_MINUTES;
}

function rate({ events, podMinutes }: EarlierActivation): number {
  return events / podMinutes;
}

function lowerMedian(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
