/** Parts: which image of a blamed rollout, or the configuration that came with it. */
import type { Evidence } from "../domain/alert.ts";
import { type BlamedPart, blamedParts } from "./container-blame.ts";
import type { CandidateChange, Episode } from "./episode.ts";
import { countText, strength } from "./evidence-words.ts";

/** From here on one part is named. */
const NAMED_AT = 0.8;

/** Undefined when one part changed only. `change`: the rollout that is blamed. */
export function partsEvidence(episode: Episode, change: CandidateChange): Evidence | undefined {
  const parts = blamedParts(episode, change);
  const [best, second] = parts;
  if (best === undefined || second === undefined) return undefined;
  const images = parts.filter(({ kind }) => kind === "image");
  const together = listOf(images.map(nameOf).sort(), parts.length > images.length);
  if (images.every(({ before, after }) => before + after === 0))
    return {
      kind: "container",
      ln: 0,
      text: `${together} changed at once; no event names its container, so which of them is not known`,
    };
  const ln = Math.log(best.probability / second.probability);
  if (best.probability < NAMED_AT || best.kind === "config") {
    const [likely] = images;
    const open = parts.length > images.length && likely ? `${nameOf(likely)} or the configuration` : "not told apart";
    return { kind: "container", ln: 0, text: `${together} changed at once: ${open} (${tallies(images)})` };
  }
  return {
    kind: "container",
    ln,
    text: `of ${together}, which changed at once, it is ${nameOf(best)}: ${tallies(images)} (${strength(ln)})`,
  };
}

function nameOf({ container }: BlamedPart): string {
  return `the image of container ${container?.name ?? ""}`;
}

function listOf(images: readonly string[], config: boolean): string {
  return [...images, ...(config ? ["the configuration"] : [])].join(" and ");
}

function tallies(images: readonly BlamedPart[]): string {
  return images
    .map(
      ({ container, before, after }) =>
        `${container?.name ?? ""} is named by ${countText(after, "event")} since, ${before} before`,
    )
    .join("; ");
}
