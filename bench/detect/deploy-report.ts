/** Deploys as a table: the history the new version inherits, and the race against the old one. */
import type { Deploy } from "./deploys.ts";
import { RACE_SHARES } from "./race-delay.ts";
import { type Recall, recallOf, table } from "./summary.ts";

/** Found within a day / median minutes. `rate`: normal events per minute of the pods that run the new version. */
export function deployTable(rows: readonly { readonly rate: number; readonly trials: readonly Deploy[] }[]): string {
  const races = RACE_SHARES.map((share) => `race against the old version, ${100 * share} % of pods new`);
  return table(
    ["rate", "deploys", "history of the version before", ...races],
    rows.map(({ rate, trials }) => [
      String(rate),
      String(trials.length),
      share(recallOf(trials.map(({ delay }) => delay))),
      ...RACE_SHARES.map((_share, i) => share(recallOf(trials.map((trial) => trial.races[i])))),
    ]),
  );
}

function share({ recall, medianDelay }: Recall): string {
  return `${recall.toFixed(2)} / ${medianDelay === undefined ? "–" : medianDelay.toFixed(medianDelay < 10 ? 1 : 0)}`;
}
