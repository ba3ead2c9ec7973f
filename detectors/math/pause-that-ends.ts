import { RESOLVED_AT } from "./resolve-statistic.ts";

/**
 * How long a pause ends an incident that was seen in `active` minutes, as a multiple of how long it was seen to last: when
 * it still goes on, all of `active` minutes lie in the part before the pause with probability (T / (T + S))^active
 * (Solow 1993, "Inferring extinction from sighting data"). Any of its pauses may be the one, so that has to be 1000 times
 * as many times smaller as there were minutes. `active` at least 1.
 * Worked value: 76 active minutes need 0.159368.
 */
export function pauseThatEnds(active: number): number {
  return Math.expm1((RESOLVED_AT + Math.log(active)) / active);
}
