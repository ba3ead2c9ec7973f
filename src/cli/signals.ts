/** Signals that end a command. */
import { constants } from "node:os";

/**
 * Resolves with the first SIGINT or SIGTERM, so that the command can drain. A second one ends the process at once, with
 * the code shells expect.
 */
export function untilSignalled(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let signalled = false;
    const on = (signal: NodeJS.Signals) => {
      if (signalled) process.exit(128 + constants.signals[signal]);
      signalled = true;
      resolve(signal);
    };
    process.on("SIGINT", on);
    process.on("SIGTERM", on);
  });
}
