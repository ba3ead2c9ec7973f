/**
 * An alert as Slack Block Kit, inside every documented limit (header 150, section text 3000, field 2000, 10 fields, 10
 * context elements, 50 blocks) and inside the undocumented one on the whole message, which rejects somewhere above
 * 9 600 characters of text and 15 kB of JSON.
 */
import type { Message } from "../alerting/message/message.ts";
import type { ActionsBlock } from "./slack-actions.ts";

interface Markdown {
  readonly type: "mrkdwn";
  readonly text: string;
}

export type SlackBlock =
  | { readonly type: "header"; readonly text: { readonly type: "plain_text"; readonly text: string } }
  | { readonly type: "section"; readonly text: Markdown }
  | { readonly type: "section"; readonly fields: Markdown[] }
  | { readonly type: "context"; readonly elements: Markdown[] }
  | ActionsBlock;

export const MAX_MESSAGE_TEXT = 9_000;
export const MAX_MESSAGE_JSON = 15_000;
const MAX_HEADER = 150;
const MAX_SECTION = 3_000;
const MAX_FIELDS = 10;
const MAX_FIELD = 300;
const MAX_NOTES = 10;
const MAX_NOTE = 400;

const MARKS: Readonly<Record<string, string>> = {
  firing: ":rotating_light:",
  acknowledged: ":eyes:",
  mitigated: ":leftwards_arrow_with_hook:",
  resolved: ":white_check_mark:",
};

/** Best blocks first: those at the end are dropped until the whole fits. `actions`: the buttons, where somebody listens. */
export function alertBlocks(message: Message, state: string, actions?: ActionsBlock): SlackBlock[] {
  const mark = MARKS[state] ?? "";
  const blocks: SlackBlock[] = [
    { type: "header", text: { type: "plain_text", text: cut(`${mark} ${message.headline}`, MAX_HEADER) } },
    section(`*${mrkdwn(message.status, 200)}.* ${mrkdwn(message.summary, 600)}\n${mrkdwn(message.cause, 900)}`),
  ];
  const next = [...message.advice.map((one) => `:point_right: ${mrkdwn(one, 900)}`), links(message)];
  blocks.push(section(next.join("\n")));
  if (actions) blocks.push(actions);
  const fields = message.fields.slice(0, MAX_FIELDS);
  if (fields.length > 0)
    blocks.push({
      type: "section",
      fields: fields.map(([label, value]) => markdown(`*${mrkdwn(label, 60)}*\n${mrkdwn(value, MAX_FIELD)}`)),
    });
  if (message.evidence.length > 0) blocks.push(section(message.evidence.map((one) => `• ${mrkdwn(one, 600)}`).join("\n")));
  if (message.notes.length > 0)
    blocks.push({ type: "context", elements: message.notes.slice(0, MAX_NOTES).map((one) => markdown(mrkdwn(one, MAX_NOTE))) });
  if (message.samples.length > 0)
    blocks.push(section(message.samples.map((one) => `\`${mrkdwn(one.replaceAll("`", "'"), 600)}\``).join("\n")));
  return withinLimits(blocks);
}

function links(message: Message): string {
  const list = [link(message.link, "Details")];
  if (message.runbook) list.push(link(message.runbook, "Runbook"));
  return list.filter((one) => one !== "").join(" · ") || "No public address of this installation is configured.";
}

function link(url: string, label: string): string {
  return /^https?:\/\/[^\s<>|]{1,2000}$/.test(url) ? `<${url}|${label}>` : "";
}

function withinLimits(blocks: SlackBlock[]): SlackBlock[] {
  let kept = blocks;
  while (kept.length > 1 && (textLength(kept) > MAX_MESSAGE_TEXT || jsonSize(kept) > MAX_MESSAGE_JSON)) kept = kept.slice(0, -1);
  return kept;
}

/** Characters of text in all blocks together. */
export function textLength(blocks: SlackBlock[]): number {
  return blocks.flatMap(textsOf).reduce((sum, text) => sum + text.length, 0);
}

function textsOf(block: SlackBlock): readonly string[] {
  if ("fields" in block) return block.fields.map((field) => field.text);
  if (block.type === "actions") return block.elements.map(({ text }) => text.text);
  if ("elements" in block) return block.elements.map((element) => element.text);
  return [block.text.text];
}

function jsonSize(blocks: SlackBlock[]): number {
  return Buffer.byteLength(JSON.stringify(blocks));
}

function section(text: string): SlackBlock {
  return { type: "section", text: markdown(cut(text, MAX_SECTION)) };
}

function markdown(text: string): Markdown {
  return { type: "mrkdwn", text };
}

/** Escapes what Slack gives a meaning (`<!channel>`, links); the result is at most `limit` characters. */
export function mrkdwn(text: string, limit: number): string {
  return cut(text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"), limit);
}

/** Never splits an entity or a surrogate pair. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text
    .slice(0, limit - 1)
    .replace(/&[a-z]{0,3}$/, "")
    .replace(/[\ud800-\udbff]$/, "")}…`;
}
