/** Does many tasks on two threads, until time is up. */
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Answer, Order, TaskName } from "./tasks.ts";

const THREADS = 2;

export interface Limits<K extends TaskName> {
  /** Milliseconds of `performance.now()` after which nothing is begun. */
  readonly deadline: number;
  /** So many of the first orders are done however late it is. */
  readonly least: number;
  /** Called after each answer with all so far, each at the place of its order, and their number. */
  onAnswer(answers: readonly (Answer<K> | undefined)[], done: number): void;
}

export class Threads {
  readonly #workers: readonly Worker[] = Array.from({ length: Math.min(THREADS, availableParallelism()) }, startWorker);

  /** Each answer at the place of its order; undefined where there was no time. */
  async run<K extends TaskName>(
    task: K,
    orders: readonly Order<K>[],
    { deadline, least, onAnswer }: Limits<K>,
  ): Promise<readonly (Answer<K> | undefined)[]> {
    const answers: (Answer<K> | undefined)[] = orders.map(() => undefined);
    let next = 0;
    let done = 0;
    const serve = async (worker: Worker) => {
      for (let i = next++; i < orders.length; i = next++) {
        if (i >= least && performance.now() >= deadline) break;
        const answered = once(worker, "message");
        worker.postMessage({ task, order: orders[i] });
        const [answer] = (await answered) as [Answer<K>];
        answers[i] = answer;
        onAnswer(answers, ++done);
      }
    };
    await Promise.all(this.#workers.map(serve));
    return answers;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/** From sources a thread needs the same loader as the program (bin/tenfold.js); what it sees of it is not inherited. */
function startWorker(): Worker {
  const own = import.meta.url;
  if (!own.endsWith(".ts")) return new Worker(new URL("thread.js", own));
  const [loader, thread] = [import.meta.resolve("tsx/esm/api"), new URL("thread.ts", own).href].map((url) => JSON.stringify(url));
  return new Worker(`import(${loader}).then(({ register }) => { register(); return import(${thread}); });`, { eval: true });
}
