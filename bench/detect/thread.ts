/** A thread that does one task after the other, as ordered. */
import { parentPort } from "node:worker_threads";
import { TASKS, type TaskName } from "./tasks.ts";

parentPort?.on("message", ({ task, order }: { task: TaskName; order: unknown }) => {
  const work = TASKS[task] as (order: unknown) => unknown;
  parentPort?.postMessage(work(order));
});
