/** Where the store contract runs: each environment opens stores on one shared backend, whose time can be let pass. */
import type { Clock } from "../../src/ports/clock.ts";
import type { Store } from "../../src/ports/store.ts";
import type { WindowOptions } from "../../src/stores/window-layout.ts";

export interface StoreEnvironment {
  readonly name: string;
  /** A store with nothing in it. */
  fresh(options?: WindowOptions): Promise<OpenStore>;
  stop(): Promise<void>;
}

export interface OpenStore {
  readonly store: Store;
  /** Another process on the same data, where that is possible; otherwise the same store again. */
  second(): Promise<Store>;
  /** Lets time pass for leases and expiries. */
  pass(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

/** A clock that stands still until told otherwise. */
export class ManualClock implements Clock {
  #now: number;

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
  }
}
