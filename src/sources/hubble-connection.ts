/**
 * One denied connection is many Hubble records: a policy verdict and a drop for the same packet, again for every SYN
 * that is sent anew. Counting connections means remembering them by their five-tuple for a while.
 */
import type { Violation } from "../domain/violation.ts";
import { type JsonObject, objectAt, textAt } from "./record-fields.ts";

/** SYNs of one attempt are repeated with back-off for about a minute, always from the same port; milliseconds. */
const CONNECTION_FOR = 60_000;
/** ICMP has no ports: only the two records of one packet are one event, and pings come a second apart; milliseconds. */
const PACKET_FOR = 900;

export interface Connection {
  readonly id: string;
  readonly dedupFor: number;
}

/** Identity of the connection attempt a flow belongs to; undefined when a field mask removed what it is made of. */
export function connectionOf(flow: JsonObject, direction: string | undefined, cluster: string): Connection | undefined {
  const layer = objectAt(flow, "l4");
  const from = endOf(flow, "source");
  const to = endOf(flow, "destination");
  if (layer === undefined || from === undefined || to === undefined) return undefined;
  const where = `${cluster}|${direction ?? ""}`;
  for (const protocol of ["TCP", "UDP", "SCTP"]) {
    const ports = objectAt(layer, protocol);
    if (ports === undefined) continue;
    const sourcePort = textAt(ports, "source_port");
    if (sourcePort === undefined) return undefined;
    const port = textAt(ports, "destination_port") ?? "";
    return { id: `${where}|${protocol}|${from}:${sourcePort}>${to}:${port}`, dedupFor: CONNECTION_FOR };
  }
  for (const protocol of ["ICMPv4", "ICMPv6"]) {
    const message = objectAt(layer, protocol);
    if (message === undefined) continue;
    return { id: `${where}|${protocol}|${from}>${to}|${textAt(message, "type") ?? ""}`, dedupFor: PACKET_FOR };
  }
  return undefined;
}

function endOf(flow: JsonObject, side: "source" | "destination"): string | undefined {
  const addresses = objectAt(flow, "IP");
  const address = addresses === undefined ? undefined : textAt(addresses, side);
  if (address !== undefined) return address;
  const endpoint = objectAt(flow, side);
  const pod = endpoint === undefined ? undefined : textAt(endpoint, "pod_name");
  return pod === undefined || endpoint === undefined ? undefined : `${textAt(endpoint, "namespace") ?? ""}/${pod}`;
}

/**
 * Keeps one record per connection attempt of a batch. Of a pair the policy verdict stays, because it names the policy;
 * it takes the place of the one it replaces. Records further apart than `dedupFor` are different attempts.
 */
export function collapseConnections(violations: readonly Violation[]): readonly Violation[] {
  const kept: Violation[] = [];
  const newest = new Map<string, number>();
  for (const violation of violations) {
    const { id, dedupFor } = violation;
    if (id === undefined || dedupFor === undefined) {
      kept.push(violation);
      continue;
    }
    const at = newest.get(id);
    const before = at === undefined ? undefined : kept[at];
    if (at === undefined || before === undefined || Math.abs(violation.time - before.time) >= dedupFor) {
      newest.set(id, kept.length);
      kept.push(violation);
    } else if (isVerdict(violation) && !isVerdict(before)) {
      kept[at] = violation;
    }
  }
  return kept;
}

function isVerdict(violation: Violation): boolean {
  return violation.labels.event === "policy-verdict";
}
