/** CloudEvents 1.0 in structured mode: the record is what is in `data`. */

/** Events whose data do not say what happened: the type does, so these stay in their envelope. Harbor's are such. */
const TOLD_BY_TYPE = /^harbor\./;

interface Envelope {
  readonly type?: unknown;
  readonly specversion?: unknown;
  readonly id?: unknown;
  readonly source?: unknown;
  readonly time?: unknown;
  readonly data?: unknown;
  readonly data_base64?: unknown;
}

/**
 * The data of a CloudEvent; any other record, and one told by its type, as it is. Data without an id gets the event's, which is unique together
 * with the event's source, and data without a time gets the event's time.
 */
export function extractData(record: object): unknown {
  const envelope: Envelope = record;
  if (typeof envelope.specversion !== "string" || typeof envelope.id !== "string") return record;
  if (typeof envelope.type === "string" && TOLD_BY_TYPE.test(envelope.type)) return record;
  const data = decodeData(envelope);
  if (typeof data !== "object" || data === null || Array.isArray(data)) return data ?? record;
  const id = typeof envelope.source === "string" ? `${envelope.source} ${envelope.id}` : envelope.id;
  const inner: { id?: unknown; uuid?: unknown; time?: unknown } = data;
  const additions: { id?: string; time?: unknown } = {};
  if (inner.id === undefined && inner.uuid === undefined) additions.id = id;
  if (inner.time === undefined && envelope.time !== undefined) additions.time = envelope.time;
  return { ...data, ...additions };
}

function decodeData(envelope: Envelope): unknown {
  try {
    if (typeof envelope.data_base64 === "string") return JSON.parse(decodeBase64(envelope.data_base64));
    return typeof envelope.data === "string" ? JSON.parse(envelope.data) : envelope.data;
  } catch {
    // Not JSON inside: the envelope itself is what can be shown to the sources.
    return undefined;
  }
}

function decodeBase64(text: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
}
