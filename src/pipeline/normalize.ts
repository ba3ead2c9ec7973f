/** Normalize: decoded records become violations and timeline records, each by the source that understands it. */
import type { ErrorCode } from "../domain/errors.ts";
import type { TimelineRecord } from "../domain/observation.ts";
import type { Violation } from "../domain/violation.ts";
import type { Outcome, ParseContext, PushSource } from "../ports/source.ts";
import { unwrap } from "./envelope.ts";
import { addIgnored, type Ignored } from "./ignored.ts";
import type { ReceivedRecord, Rejection } from "./receive.ts";

export interface Normalized {
  readonly violations: readonly { readonly index: number; readonly violation: Violation }[];
  readonly timeline: readonly { readonly index: number; readonly record: TimelineRecord }[];
  readonly ignored: Ignored;
  readonly rejected: readonly Rejection[];
  /** Indexes of violations that told again what another one of this batch tells; they count as duplicates. */
  readonly collapsed: readonly number[];
  /** What came from each source, by its name. */
  readonly sources?: ReadonlyMap<string, SourceTally>;
}

/** What one batch had from one source. */
export interface SourceTally {
  /** Clusters that its violations named. */
  readonly clusters: ReadonlySet<string>;
  /** Events that the source says it dropped. */
  readonly lost: number;
}

interface Draft {
  violations: { index: number; violation: Violation }[];
  readonly timeline: { index: number; record: TimelineRecord }[];
  readonly ignored: Map<string, number>;
  readonly rejected: Rejection[];
  readonly collapsed: number[];
  readonly sources: Map<string, { readonly clusters: Set<string>; lost: number }>;
}

/**
 * Normalizes one batch. `candidates` are the sources the sender may mean, most particular first: one for a named source,
 * all of a route for `auto`, where each record is recognised by itself. Never throws: a source's defect costs its record.
 */
export function normalize(
  records: readonly ReceivedRecord[],
  candidates: readonly PushSource[],
  context: ParseContext,
): Normalized {
  const draft: Draft = { violations: [], timeline: [], ignored: new Map(), rejected: [], collapsed: [], sources: new Map() };
  const bySource = new Map<PushSource, Violation[]>();
  let last = candidates[0];
  for (const { index, record } of records) {
    if (last !== undefined && recognizes(last, record)) {
      take(last, index, record, context, draft, bySource);
      continue;
    }
    const found = recognizer(candidates, record);
    if (found !== undefined) {
      last = found;
      take(found, index, record, context, draft, bySource);
      continue;
    }
    const inner = unwrap(record, (value) => recognizer(candidates, value) !== undefined);
    for (const value of inner) take(recognizer(candidates, value), index, value, context, draft, bySource);
    if (inner.length > 0) continue;
    // The only source there is says best what it misses; among several nobody can tell which was meant.
    if (sameName(candidates)) take(candidates.at(-1), index, record, context, draft, bySource);
    else draft.rejected.push({ index, code: "unknown_format", message: "no source recognises the record" });
  }
  for (const [source, violations] of bySource) collapse(source, violations, draft);
  return draft;
}

function sameName(candidates: readonly PushSource[]): boolean {
  return candidates.every((source) => source.name === candidates[0]?.name);
}

function recognizes(source: PushSource, record: unknown): boolean {
  try {
    return source.recognizes(record);
  } catch {
    return false;
  }
}

function recognizer(candidates: readonly PushSource[], record: unknown): PushSource | undefined {
  return candidates.find((source) => recognizes(source, record));
}

function take(
  source: PushSource | undefined,
  index: number,
  record: unknown,
  context: ParseContext,
  draft: Draft,
  bySource: Map<PushSource, Violation[]>,
): void {
  if (source === undefined) {
    draft.rejected.push({ index, code: "unknown_format", message: "no source takes records here" });
    return;
  }
  const tally = tallyOf(source, draft);
  for (const outcome of parse(source, record, context)) {
    if (outcome.type === "violation") {
      tally.clusters.add(outcome.violation.cluster);
      draft.violations.push({ index, violation: outcome.violation });
      if (source.collapse !== undefined) collect(bySource, source, outcome.violation);
    } else if (outcome.type === "timeline") draft.timeline.push({ index, record: outcome.record });
    else if (outcome.type === "ignored") {
      tally.lost += outcome.lost ?? 0;
      addIgnored(draft.ignored, outcome.reason);
    } else draft.rejected.push({ index, code: outcome.code, message: outcome.message });
  }
}

function tallyOf(source: PushSource, draft: Draft) {
  const known = draft.sources.get(source.name);
  if (known !== undefined) return known;
  const tally = { clusters: new Set<string>(), lost: 0 };
  draft.sources.set(source.name, tally);
  return tally;
}

function parse(source: PushSource, record: unknown, context: ParseContext): readonly Outcome[] {
  try {
    return source.parse(record, context);
  } catch (error) {
    const code: ErrorCode = "internal";
    const kind = error instanceof Error ? error.name : "error";
    return [{ type: "rejected", code, message: `source ${source.name} failed on this record (${kind})` }];
  }
}

function collect(bySource: Map<PushSource, Violation[]>, source: PushSource, violation: Violation): void {
  const known = bySource.get(source);
  if (known === undefined) bySource.set(source, [violation]);
  else known.push(violation);
}

/** Leaves of a source's violations those it keeps. A defect in collapsing keeps them all: twice is better than never. */
function collapse(source: PushSource, violations: readonly Violation[], draft: Draft): void {
  if (source.collapse === undefined || violations.length < 2) return;
  let kept: ReadonlySet<Violation>;
  try {
    kept = new Set(source.collapse(violations));
  } catch {
    return;
  }
  if (kept.size === violations.length) return;
  const own = new Set(violations);
  draft.violations = draft.violations.filter(({ index, violation }) => {
    const keep = !own.has(violation) || kept.has(violation);
    if (!keep) draft.collapsed.push(index);
    return keep;
  });
}
