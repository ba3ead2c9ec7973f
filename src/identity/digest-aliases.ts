/**
 * Digests that name one image (index, per-platform manifest, configuration) become one. Which of them stands for all
 * depends on the set of records only, never on their order: one that a change announced, else one that a pod ran, else
 * any; then the smallest.
 */
import { normalizeDigest } from "../domain/digest.ts";
import { MAX_ALIASED_DIGESTS } from "./limits.ts";

const SEEN_IN_POD = 1;
const ANNOUNCED = 2;

interface Group {
  readonly members: Set<string>;
  representative: string;
}

export class DigestAliases {
  readonly #groups = new Map<string, Group>();
  readonly #rank = new Map<string, number>();
  /** Increases whenever an answer of `canonical` may have changed. */
  epoch = 0;

  /** The digest that stands for all names of the image. */
  canonical(digest: string): string {
    return this.#groups.get(digest)?.representative ?? digest;
  }

  /** Every known name of the image, the given one included. */
  namesOf(digest: string): readonly string[] {
    const group = this.#groups.get(digest);
    return group === undefined ? [digest] : [...group.members].sort();
  }

  join(digests: readonly string[]): void {
    const names = digests.map(normalizeDigest).filter((digest) => digest !== undefined);
    const [first] = names;
    if (first === undefined || new Set(names).size < 2) return;
    const groups = new Set(names.map((name) => this.#groups.get(name)).filter((group) => group !== undefined));
    if (groups.size === 1 && names.every((name) => this.#groups.has(name))) return;
    if (groups.size === 0 && this.#groups.size >= MAX_ALIASED_DIGESTS) return;
    const members = new Set(names);
    for (const group of groups) for (const member of group.members) members.add(member);
    const joined: Group = { members, representative: first };
    for (const member of members) this.#groups.set(member, joined);
    this.#elect(joined);
    this.epoch += 1;
  }

  notePod(digest: string): void {
    this.#note(digest, SEEN_IN_POD);
  }

  noteAnnounced(digest: string): void {
    this.#note(digest, ANNOUNCED);
  }

  #note(digest: string, rank: number): void {
    const before = this.#rank.get(digest) ?? 0;
    if (before >= rank) return;
    if (before === 0 && this.#rank.size >= MAX_ALIASED_DIGESTS) return;
    this.#rank.set(digest, rank);
    const group = this.#groups.get(digest);
    if (group !== undefined && this.#elect(group)) this.epoch += 1;
  }

  /** True when another name stands for the group now. */
  #elect(group: Group): boolean {
    let best = group.representative;
    let bestRank = -1;
    for (const member of [...group.members].sort()) {
      const rank = this.#rank.get(member) ?? 0;
      if (rank > bestRank) {
        best = member;
        bestRank = rank;
      }
    }
    const changed = best !== group.representative;
    group.representative = best;
    return changed;
  }
}
