/** Building what a source answers. */
import type { ErrorCode } from "../domain/errors.ts";
import type { Violation } from "../domain/violation.ts";
import type { Outcome } from "../ports/source.ts";

/** A violation under construction: optional fields are set only when known. */
export type ViolationDraft = { -readonly [Key in keyof Violation]: Violation[Key] };

export function ignored(reason: string): readonly Outcome[] {
  return [{ type: "ignored", reason }];
}

/** The source's own word that it dropped events. A number that is missing or no number counts as one. */
export function lostEvents(reason: string, stated: string | undefined): readonly Outcome[] {
  const count = Number(stated);
  const lost = Number.isSafeInteger(count) && count >= 1 ? count : 1;
  return [{ type: "ignored", reason, lost }];
}

export function rejected(code: ErrorCode, message: string): readonly Outcome[] {
  return [{ type: "rejected", code, message }];
}

export function violations(found: readonly Violation[]): readonly Outcome[] {
  return found.map((violation) => ({ type: "violation", violation }));
}

/** Name of a default deny that no policy answers for. */
export function defaultDeny(direction: string | undefined): string {
  return `default-deny:${direction ?? "unknown"}`;
}
