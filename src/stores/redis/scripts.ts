import { readFileSync } from "node:fs";

/** File names in `scripts/`; each file documents its keys, arguments and every reply. */
export const SCRIPTS = [
  "record",
  "place",
  "commit",
  "counts",
  "samples",
  "acquire-lease",
  "release-lease",
  "heartbeat",
  "commit-alerts",
  "claim-messages",
  "free-claims",
  "settle-message",
  "leave-request",
  "revive-message",
] as const;

export type ScriptName = (typeof SCRIPTS)[number];

/** What scripts have in common stands before their own text. */
const SHARED: Partial<Record<ScriptName, string>> = { record: "shared/buckets", place: "shared/buckets" };

export function readScript(name: ScriptName): string {
  const shared = SHARED[name];
  return (shared === undefined ? "" : readText(shared)) + readText(name);
}

function readText(name: string): string {
  return readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), "utf8");
}
