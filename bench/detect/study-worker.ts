/** A thread that studies one series after the other, as ordered. */
import { parentPort } from "node:worker_threads";
import { type StudyOrder, studySeries } from "./series-study.ts";

parentPort?.on("message", (order: StudyOrder) => parentPort?.postMessage(studySeries(order)));
