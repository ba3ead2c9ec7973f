/** Named clean-up steps, run last-in-first-out: registered the moment a resource exists. */

interface Step {
  readonly name: string;
  readonly run: () => Promise<void> | void;
}

export class CleanUp {
  readonly #steps: Step[] = [];
  #done: Promise<readonly CleanUpFailure[]> | undefined;

  add(name: string, run: () => Promise<void> | void): void {
    this.#steps.push({ name, run });
  }

  /**
   * Runs every step, the newest first, each at most `limit` milliseconds. A failing step does not stop the others; the
   * failures are returned by name. A second call returns the first one's result.
   */
  run(limit: number): Promise<readonly CleanUpFailure[]> {
    this.#done ??= this.#runAll(limit);
    return this.#done;
  }

  async #runAll(limit: number): Promise<readonly CleanUpFailure[]> {
    const failures: CleanUpFailure[] = [];
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await within(limit, step.run());
      } catch (error) {
        failures.push({ name: step.name, error });
      }
    }
    return failures;
  }
}

export interface CleanUpFailure {
  readonly name: string;
  readonly error: unknown;
}

async function within(limit: number, work: Promise<void> | void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${limit} ms`)), limit);
  });
  try {
    await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
