/** Building what a source answers. */
import type { ErrorCode } from "../domain/errors.ts";
import type { Violation } from "../domain/violation.ts";
import type { Outcome } from "../ports/source.ts";

/** A violation under construction: optional fields are set only when known. */
export type ViolationDraft = { -readonly [Key in keyof Violation]: Violation[Key] };

export function ignored(reason: string): readonly Outcome[] {
  return [{ type: "ignored", reason }];
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
