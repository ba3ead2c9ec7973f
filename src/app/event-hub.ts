/** Hands alert transitions and live counts to whoever listens to the stream. */
import type { Transition } from "../domain/alert.ts";
import type { StreamEvent } from "../http/api.ts";

/** Transitions kept for listeners that come back after a short break. */
const REMEMBERED = 500;

type Listener = (event: StreamEvent) => void;

export class EventHub {
  readonly #listeners = new Set<Listener>();
  readonly #recent: StreamEvent[] = [];
  #next = 1;

  /** Sends a transition under its type as event name. */
  transition(transition: Transition): void {
    const event = { id: String(this.#next++), event: transition.type, data: transition };
    this.#recent.push(event);
    if (this.#recent.length > REMEMBERED) this.#recent.shift();
    this.#send(event);
  }

  /** Sends how many events were counted since the last call. */
  counts(data: { readonly at: string; readonly events: number; readonly late: number }): void {
    if (this.#listeners.size > 0) this.#send({ event: "counts", data });
  }

  /** Listens from now on; first comes what was missed since `lastEventId`. The result ends it. */
  subscribe(listener: Listener, lastEventId: string | undefined): () => void {
    const last = Number(lastEventId);
    if (Number.isFinite(last) && lastEventId !== undefined) {
      for (const event of this.#recent) if (Number(event.id) > last) listener(event);
    }
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #send(event: StreamEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
