/** Replay tells what would have escalated: the example's alert fires for 10 min 30 s before its suspect is rolled back. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { replayFiles } from "../harness/tenfold-process.ts";

const folder = mkdtempSync(join(tmpdir(), "tenfold-escalation-"));
afterAll(() => rmSync(folder, { recursive: true }));
const TICK = 10_000;
const examples = join(import.meta.dirname, "../../examples");

async function replayed(after: string) {
  const config = join(folder, `${after}.yaml`);
  writeFileSync(
    config,
    `receivers: [{name: console, console: [{}]}, {name: duty, console: [{}]}]
route: {receiver: console, escalate: [{after: ${after}, receiver: duty}]}
`,
  );
  const files = ["falco", "hubble"].map((name) => join(examples, `${name}.ndjson`));
  const { transitions } = await replayFiles(["--config", config, "--changes", join(examples, "changes.ndjson"), ...files]);
  return transitions;
}

describe("replay with escalation", () => {
  it("escalates on the clock of the events, once", async () => {
    const transitions = await replayed("5m");
    const fired = Date.parse(transitions.find(({ type }) => type === "alert.fired")?.timestamp ?? "");
    const escalated = transitions.filter(({ reason }) => reason === "escalated");
    // An alert may fire between two ticks; what waits for time is done at the tick after.
    const at = new Date(Math.ceil((fired + 5 * 60_000) / TICK) * TICK).toISOString();
    expect(escalated.map(({ type, timestamp }) => [type, timestamp])).toEqual([["alert.updated", at]]);
    expect(transitions.at(-1)).toMatchObject({ type: "alert.resolved", data: { escalations: [{ receiver: "duty", at }] } });
  });

  it("does not when the alert is mitigated before its time", async () => {
    expect((await replayed("11m")).filter(({ reason }) => reason === "escalated")).toEqual([]);
  });
});
