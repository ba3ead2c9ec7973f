/** Redis answers numbers as text or as numbers, depending on command and protocol: they are read here only. */

export type Reply = unknown;

export function toNumber(reply: Reply): number {
  return typeof reply === "number" ? reply : Number(reply);
}

/** Absent for nil. */
export function toOptionalNumber(reply: Reply): number | undefined {
  return reply === null || reply === undefined ? undefined : toNumber(reply);
}

export function toList(reply: Reply): readonly Reply[] {
  return Array.isArray(reply) ? reply : [];
}

export function toText(reply: Reply): string | undefined {
  return typeof reply === "string" ? reply : undefined;
}

export function toTexts(reply: Reply): readonly string[] {
  return toList(reply).map(String);
}

/** Members and scores, whether flat (`m, s, m, s`) or in pairs. */
export function eachScore(reply: Reply, report: (member: string, score: number) => void): void {
  const list = toList(reply);
  if (Array.isArray(list[0])) {
    for (const pair of list) report(String(toList(pair)[0]), toNumber(toList(pair)[1]));
    return;
  }
  for (let i = 0; i + 1 < list.length; i += 2) report(String(list[i]), toNumber(list[i + 1]));
}

/** Fields and values of a hash, whether flat, in pairs, or as an object. */
export function toMap(reply: Reply): Map<string, string> {
  const out = new Map<string, string>();
  if (Array.isArray(reply)) {
    const flat = reply.flat();
    for (let i = 0; i + 1 < flat.length; i += 2) out.set(String(flat[i]), String(flat[i + 1]));
  } else if (reply !== null && typeof reply === "object") {
    for (const [field, value] of Object.entries(reply)) out.set(field, String(value));
  }
  return out;
}
