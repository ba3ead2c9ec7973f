/** Studies many series on two threads, until time is up. */
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Study, StudyOrder } from "./series-study.ts";

const THREADS = 2;
/** Series of each class that are studied however little time there is. */
const LEAST = 3;

/**
 * Results in the order of the orders, which does not depend on the threads. Orders with an index of at least three are
 * begun only before `deadline`, milliseconds of `performance.now()`.
 */
export async function studyAll(orders: readonly StudyOrder[], deadline: number): Promise<readonly Study[]> {
  const studies = new Map<StudyOrder, Study>();
  let next = 0;
  const serve = async () => {
    const worker = startWorker();
    for (let order = orders[next++]; order; order = orders[next++]) {
      if (order.index >= LEAST && performance.now() >= deadline) break;
      const answered = once(worker, "message");
      worker.postMessage(order);
      const [study] = (await answered) as [Study];
      studies.set(order, study);
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: Math.min(THREADS, availableParallelism()) }, serve));
  return orders.flatMap((order) => studies.get(order) ?? []);
}

function startWorker(): Worker {
  const own = import.meta.url;
  const fromSources = own.endsWith(".ts");
  const execArgv = fromSources ? ["--import", "tsx"] : [];
  return new Worker(new URL(`study-worker.${fromSources ? "ts" : "js"}`, own), { execArgv });
}
