/** Numbers, times and names as people read them. */
import { serverNow } from "./server-clock.js";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });
const UNITS = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
  [1, "s"],
];

/** `10:02`, UTC. */
export function timeOfDay(time) {
  return clock.format(new Date(time));
}

/** `23 Nov 2026, 10:02:31 UTC`. */
export function exactTime(time) {
  return `${exact.format(new Date(time))} UTC`;
}

/** Seconds in the largest fitting unit: `42 s`, `3 min`, `6 d`. */
export function span(seconds) {
  const [size, unit] = UNITS.find(([length]) => Math.abs(seconds) >= length) ?? [1, "s"];
  return `${Math.round(seconds / size)} ${unit}`;
}

export function ago(time) {
  return `${span(Math.max(0, (serverNow() - Date.parse(time)) / 1000))} ago`;
}

/** Three significant digits below 100, whole numbers above. */
export function number(value) {
  if (!Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-GB");
  return String(Number(value.toPrecision(value < 10 ? 2 : 3)));
}

/** Two digits, and never a 0 % or 100 % that is not meant. */
export function percent(probability) {
  if (probability > 0.99 && probability < 1) return "> 99 %";
  if (probability > 0 && probability < 0.01) return "< 1 %";
  return `${Math.round(probability * 100)} %`;
}

/** `sha256:ab12cd34`. */
export function shortDigest(digest) {
  return digest?.startsWith("sha256:") ? digest.slice(0, 15) : (digest ?? "unknown");
}

/** `1.4.3` of `registry/acme/api:1.4.3@sha256:…`, or undefined. */
export function tagOf(image) {
  return /:([^:/@]+)(?:@.*)?$/.exec((image ?? "").replace(/@sha256:.*$/, ""))?.[1];
}

/** `card-api` of `Deployment/card-api`. */
export function workloadName(workload) {
  return (workload ?? "").replace(/^[^/]+\//, "");
}
