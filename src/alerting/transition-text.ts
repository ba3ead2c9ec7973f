import type { Transition } from "../domain/alert.ts";
import { composeMessage } from "./message.ts";

/** A transition as a console reader sees it, outside any delivery. `source` names what shows it, e.g. `replay`. */
export function transitionText(transition: Transition, source: string): string {
  const { text } = composeMessage({
    id: transition.data.id,
    transition,
    receiver: source,
    groupLabels: {},
    groupKey: "",
    attempt: 1,
    externalUrl: "",
  });
  return `${transition.timestamp}\n${text}`;
}
