/**
 * Guards against server-side request forgery: whoever can write the configuration (or trick its author) must not reach
 * cloud metadata or inner services by naming them, or a name that resolves to them, as a receiver.
 */
import { lookup as dnsLookup, type LookupAddress } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** IANA special-purpose registries (RFC 6890 and successors): everything that is not globally reachable. */
const NOT_PUBLIC_V4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];
const NOT_PUBLIC_V6 = [
  "::/128",
  "::1/128",
  "64:ff9b:1::/48",
  "100::/64",
  "2001:2::/48",
  "2001:db8::/32",
  "fc00::/7",
  "fe80::/10",
  "fec0::/10",
  "ff00::/8",
];

export class ForbiddenTargetError extends Error {
  constructor(host: string) {
    super(`${host} is a private address; add its range to delivery.allow_private if that is intended`);
    this.name = "ForbiddenTargetError";
  }
}

export interface AddressGuard {
  /** Throws ForbiddenTargetError when a literal address is not allowed; names are checked when they are resolved. */
  checkHost(host: string): void;
  /**
   * Resolves a name and refuses it when any of its addresses is private. The connection is made to the very addresses
   * checked here, so a name that resolves differently a moment later gains nothing.
   */
  readonly lookup: LookupFunction;
}

export function addressGuard(allow: readonly string[]): AddressGuard {
  const forbidden = blockList([...NOT_PUBLIC_V4, ...NOT_PUBLIC_V6]);
  const allowed = blockList(allow);
  const isAllowed = (address: string) => matches(allowed, address) || !matches(forbidden, address);
  return {
    checkHost(host) {
      const address = host.replace(/^\[|\]$/g, "");
      if (isIP(address) !== 0 && !isAllowed(address)) throw new ForbiddenTargetError(address);
    },
    lookup(hostname, options, callback) {
      dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
        if (error) return callback(error, "", 0);
        const [first] = addresses;
        if (!first || addresses.some((one) => !isAllowed(one.address)))
          return callback(new ForbiddenTargetError(hostname), "", 0);
        if (options.all) return (callback as AllCallback)(null, addresses);
        return callback(null, first.address, first.family);
      });
    },
  };
}

type AllCallback = (error: Error | null, addresses: readonly LookupAddress[]) => void;

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", prefix] = range.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

/** IPv4 addresses in IPv6 clothes (mapped, translated by 64:ff9b::/96 or 6to4) are judged as what they carry. */
function matches(list: BlockList, address: string): boolean {
  if (isIP(address) === 4) return list.check(address, "ipv4");
  const inner = embeddedV4(address);
  return inner === undefined ? list.check(address, "ipv6") : list.check(inner, "ipv4");
}

function embeddedV4(address: string): string | undefined {
  const bytes = ipv6Bytes(address);
  if (!bytes) return undefined;
  const head = bytes.slice(0, 12).join(".");
  if (head === "0.0.0.0.0.0.0.0.0.0.255.255") return bytes.slice(12).join(".");
  if (head === "0.100.255.155.0.0.0.0.0.0.0.0") return bytes.slice(12).join(".");
  if (bytes[0] === 0x20 && bytes[1] === 0x02) return bytes.slice(2, 6).join(".");
  return undefined;
}

function ipv6Bytes(address: string): readonly number[] | undefined {
  const text = address.split("%")[0] ?? "";
  if (isIP(text) !== 6) return undefined;
  // The URL parser writes any IPv6 address in one normal form, without dotted quads.
  const normal = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const [left = "", right] = normal.split("::");
  const head = left === "" ? [] : left.split(":");
  const tail = right === undefined || right === "" ? [] : right.split(":");
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill("0"), ...tail];
  return groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]);
}
