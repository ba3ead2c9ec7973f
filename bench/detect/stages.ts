/**
 * A run in stages within a given time. Each stage has done its work when its orders are done, or when its share of the
 * time has passed: what a stage leaves of its time is for those after it. On busy processors less is measured, and the
 * intervals say so.
 */
import { processorSeconds } from "../measure.ts";
import type { Answer, Order, TaskName } from "./tasks.ts";
import { Threads } from "./threads.ts";

export interface Stage<K extends TaskName> {
  readonly name: string;
  readonly task: K;
  readonly orders: readonly Order<K>[];
  /** Share of the whole time that has passed when this stage must be over. */
  readonly until: number;
  /** So many of the first orders are done however late it is. */
  readonly least: number;
  /** Sees what there is about once a minute. */
  onMinute?(done: readonly Done<K>[]): void;
}

export interface Done<K extends TaskName> {
  readonly order: Order<K>;
  readonly answer: Answer<K>;
}

const SECOND = 1000;
const SAY_EVERY = 20 * SECOND;
const MINUTE = 60 * SECOND;

export class Stages {
  readonly #threads = new Threads();
  readonly #started = performance.now();
  readonly #minutes: number;
  readonly #say: (line: string) => void;

  /** `say`: told how far it is, for people who wait. */
  constructor(minutes: number, say: (line: string) => void) {
    this.#minutes = minutes;
    this.#say = say;
  }

  /** In the order of the orders, which does not depend on the threads; those there was no time for are missing. */
  async run<K extends TaskName>(stage: Stage<K>): Promise<readonly Done<K>[]> {
    const { name, task, orders, until, least } = stage;
    const deadline = this.#started + until * this.#minutes * MINUTE;
    const begun = performance.now();
    const used = processorSeconds();
    let said = begun;
    let shown = begun;
    const answers = await this.#threads.run(task, orders, {
      deadline,
      least,
      onAnswer: (soFar, done) => {
        const now = performance.now();
        if (now - said >= SAY_EVERY) {
          said = now;
          const each = (now - begun) / done;
          const inTime = Math.min(each * (orders.length - done), deadline - now);
          const left = Math.max(inTime, each * (Math.min(least, orders.length) - done), 0);
          const spent = `${seconds(now - begun)} s, ${(processorSeconds() - used).toFixed(0)} s of processor time`;
          this.#say(`${name}: ${done} of ${orders.length} after ${spent}; about ${seconds(left)} s to go`);
        }
        if (stage.onMinute && now - shown >= MINUTE) {
          shown = now;
          stage.onMinute(paired(orders, soFar));
        }
      },
    });
    const all = paired(orders, answers);
    const spent = `${seconds(performance.now() - begun)} s, ${(processorSeconds() - used).toFixed(0)} s of processor time`;
    this.#say(`${name}: ${all.length === orders.length ? "all" : `${all.length} of`} ${orders.length} in ${spent}`);
    return all;
  }

  async stop(): Promise<void> {
    await this.#threads.stop();
  }
}

function paired<K extends TaskName>(
  orders: readonly Order<K>[],
  answers: readonly (Answer<K> | undefined)[],
): readonly Done<K>[] {
  return orders.flatMap((order, i) => {
    const answer = answers[i];
    return answer === undefined ? [] : [{ order, answer }];
  });
}

function seconds(milliseconds: number): string {
  return (milliseconds / SECOND).toFixed(0);
}
