/** The mail's two bodies and its headers. */

import type { Message } from "../alerting/message/message.ts";
import { oneLine } from "../alerting/message/plain-text.ts";
import type { Alert } from "../domain/alert.ts";
import type { AlertPicture, Notification } from "../ports/notifier.ts";
import { isHttpLink } from "./http-link.ts";

const COLORS: Readonly<Record<string, string>> = {
  firing: "#b91c1c",
  acknowledged: "#a16207",
  mitigated: "#a16207",
  resolved: "#15803d",
};

/** Name of the chart within its mail. */
export const CHART_CID = "chart@tenfold";

/** The picture of the mail, and what it shows in words. */
interface InlineChart {
  readonly cid: string;
  readonly alt: string;
}

/** The part that the body's image is: inside the mail, because programs block what they would have to fetch. */
export function chartPart({ png }: AlertPicture, { id }: Alert) {
  return {
    filename: `tenfold-${id}.png`,
    content: png,
    contentType: "image/png",
    cid: CHART_CID,
    contentDisposition: "inline" as const,
  };
}

function image({ cid, alt }: InlineChart): string {
  return `<p><img src="cid:${cid}" alt="${escapeHtml(alt)}" width="440" style="width:100%;max-width:440px;height:auto"></p>`;
}

/** Tables and inline styles only: that is what mail programs agree on. Everything is escaped. */
export function htmlBody(message: Message, state: string, chart: InlineChart | undefined): string {
  const color = COLORS[state] ?? "#334155";
  const rows = message.fields.map(
    ([label, value]) =>
      `<tr><th align="left" style="padding-right:12px;color:#475569">${escapeHtml(label)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  const parts = [
    `<h2 style="color:${color};font-size:18px;margin:0 0 8px">${escapeHtml(message.headline)}</h2>`,
    `<p><strong>${escapeHtml(message.status)}.</strong> ${escapeHtml(message.summary)}</p>`,
    `<p>${escapeHtml(message.cause)}</p>`,
    chart === undefined ? "" : image(chart),
    list(message.evidence),
    ...message.advice.map((one) => `<p style="border-left:4px solid ${color};padding-left:8px">${escapeHtml(one)}</p>`),
    `<table cellpadding="2">${rows.join("")}</table>`,
    list(message.notes),
    ...message.samples.map((one) => `<pre style="white-space:pre-wrap;color:#475569">${escapeHtml(one)}</pre>`),
    `<p>${anchor(message.link, "Details")} ${message.runbook ? anchor(message.runbook, "Runbook") : ""}</p>`,
  ];
  return `<!doctype html><html lang="en"><body style="font-family:sans-serif;font-size:14px">${parts.join("\n")}</body></html>`;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? "" : `<ul>${items.map((one) => `<li>${escapeHtml(one)}</li>`).join("")}</ul>`;
}

function anchor(url: string, label: string): string {
  return isHttpLink(url) ? `<a href="${escapeHtml(url)}">${label}</a>` : escapeHtml(`${label}: ${url}`);
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/**
 * Threading without state: every mail of an alert names the same root that was never sent, so that any daemon and any
 * restart threads alike. The Message-ID is constant over attempts, which lets servers drop duplicates.
 */
export function threadHeaders(notification: Notification, domain: string): { readonly messageId: string; readonly root: string } {
  const alert = notification.transition.data.id;
  return { messageId: `<tenfold.${alert}.${notification.id}@${domain}>`, root: `<tenfold.${alert}@${domain}>` };
}

/** Marks the mail as automatic (RFC 3834, Exchange) and as part of a list (RFC 2919), for answering machines and filters. */
export function filterHeaders(policy: string, domain: string): Readonly<Record<string, string>> {
  const label = policy
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
  return {
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
    "List-Id": `<${label || "alerts"}.tenfold.${domain}>`,
    "X-Tenfold-Policy": oneLine(policy).slice(0, 200),
  };
}
