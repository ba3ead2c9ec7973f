/** How the daemon that coordinates learns between two ticks that another one found something: a note in the store. */
import type { AlertStore } from "../ports/alert-store.ts";

const NAME = "found";
const TTL = 3_600_000;

export class FoundSignal {
  readonly #values: Pick<AlertStore, "readValue" | "writeValue">;
  #last: string | undefined;

  constructor(values: Pick<AlertStore, "readValue" | "writeValue">) {
    this.#values = values;
  }

  /** Call after anomalies that opened at `at` were stored. */
  async tell(at: number): Promise<void> {
    await this.#values.writeValue(NAME, String(at), TTL);
  }

  /** True when somebody told of another time than when this was asked last. */
  async heard(): Promise<boolean> {
    const told = await this.#values.readValue(NAME);
    const heard = told !== undefined && told !== this.#last;
    this.#last = told;
    return heard;
  }
}
