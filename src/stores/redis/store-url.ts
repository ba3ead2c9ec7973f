/** `store.url` of the Redis store, in its four forms. */
import { TenfoldError } from "../../domain/errors.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface StoreUrl {
  readonly mode: "single" | "cluster" | "sentinel";
  readonly addresses: readonly Address[];
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly db: number;
  /** Name of the master the sentinels watch. */
  readonly master?: string;
}

const FORM =
  /^(redis|rediss|redis\+cluster|rediss\+cluster|redis\+sentinel|rediss\+sentinel):\/\/(?:(.*)@)?([^@/?]+)(?:\/([^?]*))?$/;

/** Reads the URL; throws `invalid_configuration`, never showing any part of it: passwords are written in wrong places, too. */
export function parseStoreUrl(url: string): StoreUrl {
  const match = FORM.exec(url);
  const [, scheme, login, hosts, path] = match ?? [];
  if (!scheme || !hosts) throw invalid("must be redis://, rediss://, redis+cluster://a,b,c or redis+sentinel://a,b/NAME");
  const mode = scheme.endsWith("+cluster") ? "cluster" : scheme.endsWith("+sentinel") ? "sentinel" : "single";
  const addresses = hosts.split(",").map((host) => parseAddress(host, mode === "sentinel" ? 26379 : 6379));
  if (mode === "single" && addresses.length !== 1)
    throw invalid("names several hosts: use redis+cluster:// or redis+sentinel://");
  const [first = "", second = ""] = (path ?? "").split("/");
  const master = mode === "sentinel" ? first : undefined;
  if (mode === "sentinel" && !master) throw invalid("needs the name of the master: redis+sentinel://a,b/NAME");
  const dbText = mode === "sentinel" ? second : first;
  if (!/^\d{0,5}$/.test(dbText)) throw invalid("has something else than a database number after the host");
  if (mode === "cluster" && Number(dbText) !== 0) throw invalid("a cluster has only database 0");
  const colon = login?.indexOf(":") ?? -1;
  const username = colon > 0 && login ? decoded(login.slice(0, colon)) : undefined;
  const password = login ? decoded(login.slice(colon + 1)) : undefined;
  return {
    mode,
    addresses,
    tls: scheme.startsWith("rediss"),
    db: Number(dbText),
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    ...(master ? { master } : {}),
  };
}

function parseAddress(text: string, defaultPort: number): Address {
  const match = /^(\[[0-9a-f:]+\]|[^:]+)(?::(\d{1,5}))?$/i.exec(text);
  const port = Number(match?.[2] ?? defaultPort);
  if (!match?.[1] || port < 1 || port > 65_535) throw invalid("names something that is no host and port");
  return { host: match[1].replace(/^\[|\]$/g, ""), port };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid("has a % in its user or password that begins no escape; write it as %25");
  }
}

function invalid(what: string): TenfoldError {
  return new TenfoldError("invalid_configuration", `store.url ${what}`);
}
