/**
 * Storms: when alerts come to one target faster than a person can read, one message sums them. Here is when a storm
 * begins, is told of again and ends, and what its messages say; `pipeline/dispatch-in-storms.ts` applies it.
 */
import type { Alert } from "../../domain/alert.ts";
import { formatDuration } from "../../domain/duration.ts";
import type { AlertRecord } from "../../ports/alert-store.ts";
import { type AlertMemory, readMemory, type StormMemory, type TargetMemory } from "../lifecycle/memory.ts";
import { isMoreSevere, worstOf } from "../lifecycle/severity.ts";
import { leadingSeries } from "../lifecycle/title.ts";
import { moment, span } from "../message/plain-text.ts";
import type { NoticeContent } from "../notice.ts";

export interface StormPolicy {
  /** Alerts that one target is told of by themselves within `per`; more make a storm. Infinity: no storms. */
  readonly above: number;
  /** Milliseconds. */
  readonly per: number;
  /** A storm is over when alerts came at less than half that rate for so long, milliseconds. */
  readonly calm: number;
  /** Alerts that its messages name. */
  readonly top: number;
}

/** A storm that goes on. */
export interface Storm {
  readonly record: AlertRecord;
  readonly memory: AlertMemory;
  readonly state: StormMemory;
}

/** An alert that was summed in a storm. */
export interface Member {
  readonly alert: Alert;
  readonly told: TargetMemory;
}

export function openStorms(records: readonly AlertRecord[]): ReadonlyMap<string, Storm> {
  const open = new Map<string, Storm>();
  for (const record of records) {
    if (record.alert.notice?.kind !== "storm" || record.alert.state === "resolved") continue;
    const memory = readMemory(record);
    if (memory.storm) open.set(memory.storm.target, { record, memory, state: memory.storm });
  }
  return open;
}

export function membersOf(storm: string, target: string, records: readonly AlertRecord[]): readonly Member[] {
  return records.flatMap((record) => {
    const told = readMemory(record).targets[target];
    return told?.storm === storm ? [{ alert: record.alert, told }] : [];
  });
}

/** True when the storm is to be told of again: twice as many as last time, and not more often than every `per`. */
export function hasGrown(now: number, state: StormMemory, policy: StormPolicy): boolean {
  return state.total >= 2 * state.toldTotal && now - state.toldAt >= policy.per;
}

/** Whether so many alerts within `per` keep a storm alive. */
export function isBusy(recent: number, policy: StormPolicy): boolean {
  return recent > policy.above / 2;
}

export function isOver(now: number, state: StormMemory, policy: StormPolicy): boolean {
  return now - state.busyAt >= policy.calm;
}

/** Members that nobody has taken care of yet. */
export function stillFiring(members: readonly Member[]): readonly Member[] {
  return members.filter(({ alert }) => alert.state === "firing");
}

export interface StormView {
  readonly target: string;
  readonly total: number;
  /** When its first alert came, milliseconds. */
  readonly since: string;
  readonly members: readonly Member[];
  readonly policy: StormPolicy;
  readonly externalUrl: string;
  /** Undefined while it goes on; else whether what still fires is told one by one now. */
  readonly ended?: { readonly afterMs: number; readonly released: boolean };
}

/** What the message says. Members are those still known: alerts resolved a day ago are only in the total. */
export function stormContent(view: StormView): NoticeContent {
  const { target, total, since, members, policy } = view;
  const live = members.filter(({ alert }) => alert.state !== "resolved");
  const best = [...(live.length > 0 ? live : members)].map(({ alert }) => alert).sort(byWeight);
  const named = best.slice(0, policy.top);
  const more = total - named.length;
  return {
    severity: worstOf(members.map(({ alert }) => alert.severity)),
    title: `Alert storm for ${target} since ${moment(since)}`,
    regimes: [...new Set(members.flatMap(({ alert }) => alert.regimes))].sort(),
    notice: {
      kind: "storm",
      name: "TenfoldAlertStorm",
      subject: target,
      summary: summaryOf(view, live.length),
      meaning: meaningOf(view, live.length),
      details: [
        ...named.map((alert) => `${alert.severity.toUpperCase()} ${alert.title}: ${alert.links.self}`),
        ...(more > 0 ? [`and ${more} more: ${view.externalUrl}/v1/alerts`] : []),
      ],
    },
  };
}

function summaryOf({ total, since, policy, ended }: StormView, live: number): string {
  const count = `${total} alerts ${ended ? `in ${span(ended.afterMs)}` : `since ${moment(since)}`}`;
  const over = total - live;
  const limit = `more than ${policy.above} in ${formatDuration(policy.per)}`;
  return `${count} (${limit}): ${live} not resolved, ${over} resolved.`;
}

function meaningOf({ ended, policy }: StormView, live: number): string {
  if (!ended) {
    const calm = formatDuration(policy.calm);
    return `They are told in this one message until it has been calm for ${calm}; each is kept and can be looked at by its link.`;
  }
  if (live === 0) return "All of them are resolved; each is kept.";
  if (ended.released) return "Those that still fire are told one by one now.";
  return "Those that still fire are too many to tell one by one: they are told with their next reminder, or when they get worse.";
}

/** Most severe first, then the highest ratio, then the oldest. */
function byWeight(a: Alert, b: Alert): number {
  if (a.severity !== b.severity) return isMoreSevere(a.severity, b.severity) ? -1 : 1;
  const ratio = (alert: Alert) => leadingSeries(alert.series)?.ratio ?? 0;
  return ratio(b) - ratio(a) || (a.id < b.id ? -1 : 1);
}
