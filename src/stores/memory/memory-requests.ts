/** Operators' requests of the embedded store: what waits for the coordinator, and what was left before. */
import type { OperatorRequest } from "../../ports/alert-store.ts";
import { REQUEST_AGE, REQUESTS } from "../log-limits.ts";
import { oldestFirst } from "../operator-requests.ts";

export interface RequestsDump {
  readonly open: readonly OperatorRequest[];
  readonly known: readonly (readonly [id: string, at: number])[];
}

export class MemoryRequests {
  readonly #open = new Map<string, OperatorRequest>();
  /** In the order they came. */
  readonly #known = new Map<string, number>();

  knows(id: string): boolean {
    return this.#known.has(id);
  }

  leave(request: OperatorRequest): void {
    for (const [id, at] of this.#known) {
      if (at > request.at - REQUEST_AGE && this.#known.size < REQUESTS) break;
      this.#known.delete(id);
      this.#open.delete(id);
    }
    this.#known.set(request.id, request.at);
    this.#open.set(request.id, request);
  }

  list(limit: number): readonly OperatorRequest[] {
    return oldestFirst([...this.#open.values()]).slice(0, limit);
  }

  end(id: string): void {
    this.#open.delete(id);
  }

  dump(): RequestsDump {
    return { open: [...this.#open.values()], known: [...this.#known] };
  }

  load({ open, known }: RequestsDump): void {
    for (const [id, at] of known) this.#known.set(id, at);
    for (const request of open) this.#open.set(request.id, request);
  }
}
