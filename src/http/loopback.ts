/** Addresses and names that only this machine can reach. */

/** True for loopback addresses, as a socket reports them or as people write them. */
export function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = address.toLowerCase().replace(/^::ffff:/, "");
  return plain === "::1" || plain === "0:0:0:0:0:0:0:1" || /^127(?:\.\d{1,3}){3}$/.test(plain);
}

/** Host name of a Host header, without port and brackets; undefined when it is not one. */
export function hostName(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/@\s]+))(?::\d{1,5})?$/.exec(header ?? "");
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

/** True when the name can only mean this machine. */
export function isLoopbackName(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost") || isLoopbackAddress(name);
}
