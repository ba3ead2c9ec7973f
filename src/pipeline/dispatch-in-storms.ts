/**
 * Dispatch, with a bound on what one target is told: what a target is owed by itself is given out up to a rate. Above it
 * new alerts are summed in one message (a storm), and what follows on alerts told before waits its turn: dispatch is
 * level-triggered, so what waits is found again. Targets that must hear the same again and again (Alertmanager) group by
 * themselves and are left alone.
 */
import { type AlertMemory, readMemory, type StormMemory, type TargetMemory, writeMemory } from "../alerting/lifecycle/memory.ts";
import { isMoreSevere } from "../alerting/lifecycle/severity.ts";
import { createNotice, type NoticeStep, stepNotice } from "../alerting/notice.ts";
import type { DeliveryTarget, Routing } from "../alerting/routing/index.ts";
import {
  hasGrown,
  isBusy,
  isOver,
  type Member,
  membersOf,
  openStorms,
  type Storm,
  type StormPolicy,
  stillFiring,
  stormContent,
} from "../alerting/routing/storm.ts";
import type { Alert, Transition } from "../domain/alert.ts";
import { hashHex } from "../domain/ids.ts";
import type { AlertRecord, OutboxEntry } from "../ports/alert-store.ts";
import { type DispatchInput, type DispatchOutcome, dispatch, type OutboxContext } from "./dispatch.ts";

export interface StormInput extends DispatchInput {
  readonly storm: StormPolicy;
  readonly externalUrl: string;
}

export interface StormOutcome extends DispatchOutcome {
  /** Of storms themselves. */
  readonly transitions: readonly Transition[];
}

/** Alerts by id while one dispatch works on them; a record is written once, with all its targets. */
class Desk {
  readonly #records: Map<string, AlertRecord>;
  readonly changed = new Map<string, AlertRecord>();

  constructor(records: readonly AlertRecord[]) {
    this.#records = new Map(records.map((record) => [record.alert.id, record]));
  }

  get records(): readonly AlertRecord[] {
    return [...this.#records.values()];
  }

  get(id: string): AlertRecord | undefined {
    return this.#records.get(id);
  }

  put(record: AlertRecord): void {
    this.#records.set(record.alert.id, record);
    this.changed.set(record.alert.id, record);
  }

  /** Notes what `target` was told; undefined: nothing. */
  mark(id: string, target: string, told: TargetMemory | undefined): void {
    const record = this.#records.get(id);
    if (!record) return;
    const memory = readMemory(record);
    const { [target]: _before, ...others } = memory.targets;
    const targets = told === undefined ? others : { ...others, [target]: told };
    this.put({ alert: record.alert, internal: writeMemory({ ...memory, targets }) });
  }
}

/** What one target wants to be told of one alert. */
interface Want {
  readonly id: string;
  readonly alert: Alert;
  readonly before: TargetMemory | undefined;
  readonly entries: readonly OutboxEntry[];
}

export function dispatchInStorms(input: StormInput): StormOutcome {
  return new StormDispatch(input).run();
}

class StormDispatch {
  readonly #input: StormInput;
  readonly #desk: Desk;
  readonly #targets: ReadonlyMap<string, DeliveryTarget & { readonly receiver: string }>;
  readonly #outbox: OutboxEntry[] = [];
  readonly #transitions: Transition[] = [];

  constructor(input: StormInput) {
    this.#input = input;
    this.#desk = new Desk(input.records.filter(({ alert }) => alert.notice?.kind !== "storm"));
    this.#targets = targetsOf(input.routing);
  }

  run(): StormOutcome {
    const storms = new Map(openStorms(this.#input.records));
    for (const [target, storm] of storms) if (this.#endWhenOver(storm)) storms.delete(target);
    const earlier = new Map(this.#desk.records.map((record) => [record.alert.id, readMemory(record)]));
    const plain = dispatch({ ...this.#input, records: this.#desk.records });
    for (const record of plain.records) this.#desk.put(record);
    const wants = this.#wantsOf(plain.outbox, earlier);
    for (const target of new Set([...wants.keys(), ...storms.keys()]))
      this.#admit(target, wants.get(target) ?? [], storms.get(target), earlier);
    const stored = new Map(this.#input.records.map((record) => [record.alert.id, record.internal]));
    const records = [...this.#desk.changed.values()].filter(({ alert, internal }) => stored.get(alert.id) !== internal);
    return { outbox: this.#outbox, records, decisions: plain.decisions, transitions: this.#transitions };
  }

  /** Entries by target and alert. Those of targets that are never summed go out as they are. */
  #wantsOf(outbox: readonly OutboxEntry[], earlier: ReadonlyMap<string, AlertMemory>): ReadonlyMap<string, readonly Want[]> {
    const wants = new Map<string, Map<string, OutboxEntry[]>>();
    for (const entry of outbox) {
      if (this.#targets.get(entry.target)?.resendEvery !== undefined) {
        this.#outbox.push(entry);
        continue;
      }
      const own = wants.get(entry.target) ?? new Map<string, OutboxEntry[]>();
      wants.set(entry.target, own.set(entry.key, [...(own.get(entry.key) ?? []), entry]));
    }
    const listed = ([target, own]: [string, Map<string, OutboxEntry[]>]): [string, Want[]] => [
      target,
      [...own].flatMap(([id, entries]) => {
        const alert = this.#desk.get(id)?.alert;
        return alert ? [{ id, alert, entries, before: earlier.get(id)?.targets[target] }] : [];
      }),
    ];
    return new Map([...wants].map(listed));
  }

  #admit(target: string, wants: readonly Want[], storm: Storm | undefined, earlier: ReadonlyMap<string, AlertMemory>): void {
    const { now, storm: policy } = this.#input;
    const sorted = { quiet: [] as Want[], join: [] as Want[], follow: [] as Want[] };
    for (const want of wants) sorted[roleOf(want, storm)].push(want);
    const { quiet, join: joins } = sorted;
    for (const want of quiet) this.#absorb(target, want, want.before?.storm ?? "");
    const told = recentlyTold(target, now - policy.per, earlier);
    const follows = sorted.follow.sort(byUrgency);
    const stormy = storm !== undefined || (joins.length > 0 && told.single + told.summed + joins.length > policy.above);
    const singles = stormy ? follows : [...joins, ...follows];
    const room = Math.max(0, policy.above - told.single);
    for (const want of singles.slice(0, room)) this.#send(want);
    for (const want of singles.slice(room)) this.#desk.mark(want.id, target, want.before);
    if (stormy) this.#sum(target, joins, storm, told.summed);
  }

  #send({ before, entries }: Want): void {
    // A target that heard of it only in a sum is told of it as something new: services know no incident of it.
    this.#outbox.push(...(before?.storm === undefined ? entries : entries.map(asFirst)));
  }

  #absorb(target: string, { id, alert, before }: Want, storm: string): void {
    const { now } = this.#input;
    const told = { version: alert.version, at: before?.at ?? now, sequence: before?.sequence ?? 0, storm };
    this.#desk.mark(id, target, { ...told, resolved: alert.state === "resolved" });
  }

  /** Takes alerts into the storm, and tells of it when it begins or has grown. */
  #sum(target: string, joins: readonly Want[], storm: Storm | undefined, summedBefore: number): void {
    const { now, storm: policy } = this.#input;
    const alert = storm?.record.alert ?? this.#newStorm(target);
    for (const want of joins) this.#absorb(target, { ...want, before: want.before && { ...want.before, at: now } }, alert.id);
    const before: StormMemory = storm?.state ?? { target, total: 0, toldTotal: 0, toldAt: 0, busyAt: now };
    const busyAt = isBusy(summedBefore + joins.length, policy) ? now : before.busyAt;
    const state: StormMemory = { ...before, total: before.total + joins.length, busyAt };
    if (!storm) this.#tell(alert, undefined, state, { type: "alert.fired", reason: "storm-began", state: "firing" });
    else if (hasGrown(now, state, policy))
      this.#tell(alert, storm.memory, state, { type: "alert.updated", reason: "storm-grew", state: alert.state });
    else if (state.total !== before.total || state.busyAt !== before.busyAt)
      this.#desk.put({ alert, internal: writeMemory({ ...storm.memory, storm: state }) });
  }

  #newStorm(target: string): Alert {
    const { now, externalUrl } = this.#input;
    const identity = ["TenfoldAlertStorm", target, String(now)];
    const view = { target, total: 0, since: new Date(now).toISOString(), members: [], policy: this.#input.storm, externalUrl };
    return createNotice({ since: now, now, identity, cluster: "all", externalUrl }, stormContent(view));
  }

  /** True when it is over. What still fires is then told one by one, if that is few enough. */
  #endWhenOver(storm: Storm): boolean {
    const { now, storm: policy } = this.#input;
    const { target } = storm.state;
    if (this.#targets.has(target) && !isOver(now, storm.state, policy)) return false;
    const { alert } = storm.record;
    const firing = stillFiring(membersOf(alert.id, target, this.#desk.records));
    // Half, so that with what came in the meantime they make no new storm.
    const released = firing.length <= policy.above / 2;
    const step: NoticeStep = { type: "alert.resolved", reason: "storm-over", state: "resolved" };
    this.#tell(alert, storm.memory, storm.state, step, { afterMs: now - Date.parse(alert.onsetAt), released });
    // Taken for ended, they are told again as firing.
    if (released) for (const member of firing) this.#release(target, member);
    return true;
  }

  #release(target: string, { alert, told }: Member): void {
    const { storm: _storm, ...rest } = told;
    this.#desk.mark(alert.id, target, { ...rest, resolved: true, at: this.#input.now - this.#input.storm.per });
  }

  #tell(
    alert: Alert,
    memory: AlertMemory | undefined,
    state: StormMemory,
    step: NoticeStep,
    ended?: { readonly afterMs: number; readonly released: boolean },
  ): void {
    const { now, storm: policy, externalUrl } = this.#input;
    const { target } = state;
    const members = membersOf(alert.id, target, this.#desk.records);
    const since = alert.onsetAt;
    const view = { target, total: state.total, since, members, policy, externalUrl, ...(ended ? { ended } : {}) };
    const { regimes = [], ...content } = stormContent(view);
    const cluster = [...new Set(members.map((one) => one.alert.cluster))].sort().slice(0, 3).join(",") || alert.cluster;
    const next = { ...alert, ...content, title: alert.title, regimes, cluster };
    const sequence = (memory?.targets[target]?.sequence ?? 0) + 1;
    const told = { version: alert.version + 1, at: now, resolved: step.state === "resolved", sequence };
    const kept = { targets: { [target]: told }, storm: { ...state, toldTotal: state.total, toldAt: now } };
    const { record, transition } = stepNotice(now, next, kept, step);
    this.#desk.put(record);
    this.#transitions.push(transition);
    const receiver = this.#targets.get(target)?.receiver;
    if (receiver !== undefined) this.#outbox.push(entryOf(now, receiver, target, transition, sequence));
  }
}

/** `quiet`: the storm's messages say it; `join`: new to the target; `follow`: about what it was told by itself before. */
function roleOf({ alert, before }: Want, storm: Storm | undefined): "quiet" | "join" | "follow" {
  if (before === undefined) return "join";
  if (before.storm !== undefined) return alert.state === "resolved" || before.storm === storm?.record.alert.id ? "quiet" : "join";
  return before.resolved ? "join" : "follow";
}

function recentlyTold(target: string, since: number, earlier: ReadonlyMap<string, AlertMemory>) {
  let single = 0;
  let summed = 0;
  for (const { targets } of earlier.values()) {
    const told = targets[target];
    if (told === undefined || told.at <= since) continue;
    if (told.storm === undefined) single++;
    else summed++;
  }
  return { single, summed };
}

function targetsOf(routing: Routing): ReadonlyMap<string, DeliveryTarget & { readonly receiver: string }> {
  const found = [...routing.receivers].flatMap(([receiver, targets]) => targets.map((one) => ({ ...one, receiver })));
  return new Map(found.map((one) => [one.target, one]));
}

function byUrgency(a: Want, b: Want): number {
  if (a.alert.severity !== b.alert.severity) return isMoreSevere(a.alert.severity, b.alert.severity) ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

function asFirst(entry: OutboxEntry): OutboxEntry {
  const transition = JSON.parse(entry.payload) as Transition;
  return { ...entry, payload: JSON.stringify({ ...transition, type: "alert.fired" } satisfies Transition) };
}

function entryOf(now: number, receiver: string, target: string, transition: Transition, sequence: number): OutboxEntry {
  const { data } = transition;
  const context: OutboxContext = { receiver, groupKey: hashHex(["storm", target]), groupLabels: {} };
  return {
    id: hashHex(["outbox", target, data.id, String(data.version), transition.type, String(sequence)]),
    target,
    key: data.id,
    sequence,
    createdAt: now,
    payload: JSON.stringify(transition),
    context: JSON.stringify(context),
  };
}
