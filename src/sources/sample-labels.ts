/** Labels kept with a violation: bounded, whatever a record holds, and harmless whatever its keys are called. */

/** Labels kept per violation; further ones are dropped. */
export const MAX_LABELS = 64;
/** Longest label name and value kept, characters. */
export const MAX_LABEL_LENGTH = 256;

export type Labels = Record<string, string>;

/**
 * An object that inherits nothing, so that a key such as `constructor` is found only when a record has it. Made by a
 * class rather than `Object.create(null)`, which the engine turns into a slow hash table.
 */
class LabelObject {
  readonly [key: string]: string;
}
Reflect.deleteProperty(LabelObject.prototype, "constructor");
Object.setPrototypeOf(LabelObject.prototype, null);

/** Shared by all violations without labels. */
export const NO_LABELS: Readonly<Labels> = Object.freeze(new LabelObject());

export class LabelBag {
  private readonly labels: Labels = new LabelObject();
  private size = 0;

  /** Adds a label unless the bag is full or has it already. Values that are not scalars are kept as JSON text. */
  add(key: string, value: unknown): void {
    if (value === undefined || value === null || value === "" || key === "" || key === "__proto__") return;
    if (this.size >= MAX_LABELS) return;
    const name = key.length > MAX_LABEL_LENGTH ? key.slice(0, MAX_LABEL_LENGTH) : key;
    if (this.labels[name] !== undefined) return;
    const text = typeof value === "string" ? value : textOfValue(value);
    this.labels[name] = text.length > MAX_LABEL_LENGTH ? text.slice(0, MAX_LABEL_LENGTH) : text;
    this.size++;
  }

  done(): Readonly<Labels> {
    return this.size === 0 ? NO_LABELS : this.labels;
  }
}

function textOfValue(value: unknown): string {
  try {
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  } catch {
    // Nested beyond what the engine can write out.
    return "[unreadable]";
  }
}
