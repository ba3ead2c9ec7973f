/** Lets one piece of work through at a time, in the order of asking. */
export class Gate {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs the work after all that asked before; its failure is the caller's own. */
  pass<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
