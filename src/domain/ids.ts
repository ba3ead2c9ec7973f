/**
 * Ids are hashes of a canonical encoding, fixed by test vectors: they must be the same in every daemon, store and
 * release. The encoding is length-prefixed UTF-8 (`<length>:<text>` per field), so no two field lists collide.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** Characters of a short id: 6 bits each, so 72 bits; a million series collide with probability 1e-10. */
const SHORT_ID_LENGTH = 12;

/** Canonical encoding of a list of fields. */
export function canonical(fields: readonly string[]): string {
  let out = "";
  for (const field of fields) out += `${utf8ToBytes(field).length}:${field}`;
  return out;
}

/** SHA-256 of the canonical encoding, 64 hex digits. */
export function hashHex(fields: readonly string[]): string {
  return bytesToHex(sha256(utf8ToBytes(canonical(fields))));
}

/** First 72 bits of the SHA-256 of the canonical encoding, 12 base64url characters. */
export function shortId(fields: readonly string[]): string {
  const hash = sha256(utf8ToBytes(canonical(fields)));
  let out = "";
  for (let i = 0; i < SHORT_ID_LENGTH; i++) {
    const bit = i * 6;
    const byte = bit >> 3;
    const word = ((hash[byte] ?? 0) << 8) | (hash[byte + 1] ?? 0);
    out += BASE64URL[(word >> (10 - (bit & 7))) & 63];
  }
  return out;
}

/** Id of the series (cluster, policy, namespace, workload, digest) at a level. */
export function seriesId(identity: {
  readonly level: string;
  readonly cluster: string;
  readonly policy: string;
  readonly namespace: string;
  readonly workload: string;
  readonly digest: string;
}): string {
  return shortId([
    "series",
    identity.level,
    identity.cluster,
    identity.policy,
    identity.namespace,
    identity.workload,
    identity.digest,
  ]);
}

/** Shard of a workload: all its digests and policies share it. `shards`: number of shards, >= 1. */
export function shardOf(cluster: string, namespace: string, workload: string, shards: number): number {
  const hash = sha256(utf8ToBytes(canonical(["shard", cluster, namespace, workload])));
  return (((hash[0] ?? 0) << 16) | ((hash[1] ?? 0) << 8) | (hash[2] ?? 0)) % shards;
}

/**
 * A ULID whose time part is `time` and whose 80 random bits are the hash of `fields`: sortable by time, and the same
 * in every replay.
 */
export function deterministicUlid(time: number, fields: readonly string[]): string {
  let head = "";
  let rest = Math.max(0, Math.floor(time));
  for (let i = 0; i < 10; i++) {
    head = CROCKFORD[rest % 32] + head;
    rest = Math.floor(rest / 32);
  }
  const hash = sha256(utf8ToBytes(canonical(fields)));
  let tail = "";
  for (let i = 0; i < 16; i++) {
    const bit = i * 5;
    const word = ((hash[bit >> 3] ?? 0) << 8) | (hash[(bit >> 3) + 1] ?? 0);
    tail += CROCKFORD[(word >> (11 - (bit & 7))) & 31];
  }
  return head + tail;
}
