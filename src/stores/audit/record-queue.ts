/** Records that wait to be written, in order and in bounded memory. What does not fit is counted in one `gap` record. */
import type { Unsealed } from "../../domain/audit-record.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";

export interface QueueLimits {
  readonly records: number;
  readonly bytes: number;
}

interface Gap {
  dropped: number;
  readonly from: string;
  to: string;
}

type Waiting = { readonly record: Unsealed; readonly size: number } | { readonly gap: Gap };

export class RecordQueue {
  readonly #limits: QueueLimits;
  readonly #items: Waiting[] = [];
  /** Items at the front that are being written: a gap among them is closed. */
  #taken = 0;
  #bytes = 0;
  #dropped = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#items.length;
  }

  /** Records that did not fit, ever. */
  get dropped(): number {
    return this.#dropped;
  }

  add(record: Unsealed): void {
    const size = record.dataText.length + record.subject.length;
    const fits = this.#items.length < this.#limits.records && this.#bytes + size <= this.#limits.bytes;
    if (fits) {
      this.#items.push({ record, size });
      this.#bytes += size;
    } else {
      this.#drop(record.time);
    }
  }

  /** The oldest records, which stay until `written`. */
  take(limit: number): readonly Unsealed[] {
    const items = this.#items.slice(0, limit);
    this.#taken = items.length;
    return items.map((item) => ("gap" in item ? gapRecord(item.gap) : item.record));
  }

  /** Forgets what `take` gave. */
  written(): void {
    for (const item of this.#items.splice(0, this.#taken)) if ("size" in item) this.#bytes -= item.size;
    this.#taken = 0;
  }

  /** What `take` gave is still waiting. */
  notWritten(): void {
    this.#taken = 0;
  }

  #drop(time: string): void {
    this.#dropped++;
    const last = this.#items.at(-1);
    if (last && "gap" in last && this.#items.length > this.#taken) {
      last.gap.dropped++;
      last.gap.to = time;
    } else {
      this.#items.push({ gap: { dropped: 1, from: time, to: time } });
    }
  }
}

function gapRecord({ dropped, from, to }: Gap): Unsealed {
  return { time: to, kind: "journal.gap", subject: "journal", dataText: canonicalJson({ dropped, from, to }) };
}
