import { readFileSync } from "node:fs";

/** File names in `scripts/`; each file documents its keys, arguments and every reply. */
export const SCRIPTS = [
  "record",
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

export function readScript(name: ScriptName): string {
  return readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), "utf8");
}
