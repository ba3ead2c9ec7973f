import type { OperatorRequest } from "../ports/alert-store.ts";

/** In the order of time; at one moment by id, so that every daemon sees one order. */
export function oldestFirst(requests: readonly OperatorRequest[]): readonly OperatorRequest[] {
  return [...requests].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}
