/** Every command, in the order of the help. A new one is a file and its line here. */
import { bench } from "./bench.ts";
import { chart } from "./chart.ts";
import { check } from "./check.ts";
import type { CliCommand } from "./command.ts";
import { deliveries } from "./deliveries.ts";
import { demo } from "./demo.ts";
import { explain } from "./explain.ts";
import { replay } from "./replay.ts";
import { routes } from "./routes.ts";
import { run } from "./run.ts";
import { schema } from "./schema.ts";
import { buildSimulate } from "./simulate.ts";
import { testReceiver } from "./test-receiver.ts";
import { verify } from "./verify.ts";

export const commands: readonly CliCommand[] = [
  run,
  replay,
  demo,
  check,
  explain,
  routes,
  chart,
  deliveries,
  testReceiver,
  { name: "simulate", summary: "write a fleet's events, changes and the true causes as NDJSON", build: buildSimulate },
  verify,
  schema,
  bench,
];
