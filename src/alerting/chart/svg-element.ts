/** SVG as text. Names come from anywhere: everything is escaped, and what XML cannot hold is left out. */
import { oneLine } from "../message/plain-text.ts";

export type SvgAttributes = Readonly<Record<string, string | number>>;

/** `children` are elements, already text. Numbers are written with at most two decimals. */
export function svg(name: string, attributes: SvgAttributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(plain(value))}"`);
  return `<${name}${written.join("")}>${children.join("")}</${name}>`;
}

export function svgText(attributes: SvgAttributes, text: string, ...children: readonly string[]): string {
  return svg("text", attributes, escapeXml(text), ...children);
}

function plain(value: string | number): string {
  return typeof value === "string" ? value : String(Number(value.toFixed(2)));
}

/** Halves of surrogate pairs and the two non-characters are no XML even when escaped. */
export function escapeXml(text: string): string {
  return oneLine(text)
    .replace(/[\ufffe\uffff]|\p{Cs}/gu, "")
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
