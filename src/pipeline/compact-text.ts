/**
 * Values of JSON as short text. A million detector states are stored, and they are made of numbers rounded to a few
 * digits: as JSON such a number takes ten characters, here five. Nothing is lost: what is read is what was written.
 *
 * A number begins with a character that says what follows: nothing (small integers), the digits of an integer, or of a
 * mantissa that is divided by a power of ten, all in base 64; numbers of another kind are written as JSON does. Arrays
 * are `(...)`, objects `<key:value...>`, strings as in JSON. The text is ASCII without backslash, strings apart.
 */

/** First characters by meaning: small integers, integers by digits, mantissas by power of ten, and three single ones. */
const SMALL = 41;
const INTEGERS = SMALL - 1;
const LONGEST_INTEGER = 9;
const MANTISSAS = INTEGERS + LONGEST_INTEGER;
const LARGEST_POWER = 20;
const LONG_MANTISSA = MANTISSAS + LARGEST_POWER + 1;
const NEGATIVE = LONG_MANTISSA + 1;
const PLAIN = NEGATIVE + 1;
/** Digits of the two mantissas, and how many decimal digits they hold. */
const SHORT = { digits: 4, decimals: 7 };
const LONG = { digits: 5, decimals: 9 };

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+-";
const LEADS = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).filter((lead) => !'"\\()<>'.includes(lead));
const DIGIT_CODES = codesOf(DIGITS);
const LEAD_CODES = codesOf(LEADS.join(""));
const DIGIT_VALUES = valuesOf(DIGIT_CODES);
const LEAD_VALUES = valuesOf(LEAD_CODES);
const [OPEN = 0, CLOSE = 0, OPEN_OBJECT = 0, CLOSE_OBJECT = 0, COLON = 0, END = 0, QUOTE = 0] = codesOf('()<>:;"');
const POWERS = Float64Array.from({ length: 23 }, (_, i) => 10 ** i);
/** Digits that operators on bits can hold. */
const LOW_DIGITS = 5;
const LOW = 64 ** LOW_DIGITS;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
let buffer = new Uint8Array(4_096);
let length = 0;

/** `value` is what `JSON.parse` could have given; members that are undefined are left out. Keys are letters and digits. */
export function toCompactText(value: unknown): string {
  length = 0;
  write(value);
  if (length > buffer.length) {
    // What did not fit is lost, so it is written again.
    buffer = new Uint8Array(2 * length);
    return toCompactText(value);
  }
  // Many times as fast as to join characters.
  return decoder.decode(buffer.subarray(0, length));
}

/** What `toCompactText` was given. Throws a SyntaxError for other text. */
export function fromCompactText(text: string): unknown {
  const reader = { text, at: 0 };
  const value = read(reader);
  if (reader.at !== text.length) throw new SyntaxError(`unexpected character ${reader.at} of compact text`);
  return value;
}

function write(value: unknown): void {
  if (typeof value === "number") writeNumber(value);
  else if (Array.isArray(value)) {
    put(OPEN);
    for (let i = 0; i < value.length; i++) write(value[i]);
    put(CLOSE);
  } else if (typeof value === "object" && value !== null) writeObject(value as Readonly<Record<string, unknown>>);
  else writePlain(value);
}

function writeObject(value: Readonly<Record<string, unknown>>): void {
  put(OPEN_OBJECT);
  for (const key in value) {
    const member = value[key];
    if (member === undefined) continue;
    for (let i = 0; i < key.length; i++) put(key.charCodeAt(i));
    put(COLON);
    write(member);
  }
  put(CLOSE_OBJECT);
}

function writeNumber(value: number): void {
  if (value < 0) putLead(NEGATIVE);
  const size = Math.abs(value);
  if (!Number.isSafeInteger(size)) writeFraction(size);
  else if (size < SMALL) putLead(size);
  else {
    let digits = 1;
    for (let rest = size; rest >= 64; rest = Math.floor(rest / 64)) digits++;
    putLead(INTEGERS + digits);
    putDigits(size, digits);
  }
}

function writeFraction(value: number): void {
  const magnitude = Math.floor(Math.log10(value));
  const power = SHORT.decimals - 1 - magnitude;
  const mantissa = mantissaAt(value, power, LARGEST_POWER);
  if (mantissa >= 0) {
    putLead(MANTISSAS + power);
    putDigits(mantissa, SHORT.digits);
    return;
  }
  const longPower = LONG.decimals - 1 - magnitude;
  const longMantissa = mantissaAt(value, longPower, POWERS.length - 1);
  if (longMantissa < 0) {
    writePlain(value);
    return;
  }
  putLead(LONG_MANTISSA);
  putDigits(longPower, 1);
  putDigits(longMantissa, LONG.digits);
}

/** The integer that gives `value` when divided by that power of ten, which must be at most `largest`; -1 if there is none. */
function mantissaAt(value: number, power: number, largest: number): number {
  if (!(power >= 1 && power <= largest)) return -1;
  const scale = POWERS[power] ?? 1;
  const mantissa = Math.round(value * scale);
  return mantissa / scale === value ? mantissa : -1;
}

/** As JSON, with an end unless it is a string. */
function writePlain(value: unknown): void {
  const text = JSON.stringify(value);
  if (typeof value !== "string") putLead(PLAIN);
  putText(text);
  if (typeof value !== "string") put(END);
}

function putLead(lead: number): void {
  put(LEAD_CODES[lead] ?? 0);
}

function putDigits(value: number, digits: number): void {
  if (value >= LOW) {
    const high = Math.floor(value / LOW);
    putDigits(high, digits - LOW_DIGITS);
    putDigits(value - high * LOW, LOW_DIGITS);
    return;
  }
  let rest = value;
  for (let i = length + digits - 1; i >= length; i--) {
    buffer[i] = DIGIT_CODES[rest & 63] ?? 0;
    rest >>= 6;
  }
  length += digits;
}

function putText(text: string): void {
  const bytes = encoder.encode(text);
  if (length + bytes.length <= buffer.length) buffer.set(bytes, length);
  length += bytes.length;
}

function put(code: number): void {
  buffer[length++] = code;
}

interface Reader {
  readonly text: string;
  at: number;
}

function read(reader: Reader): unknown {
  const code = reader.text.charCodeAt(reader.at);
  if (code === OPEN) return readArray(reader);
  if (code === OPEN_OBJECT) return readObject(reader);
  if (code === QUOTE) return readString(reader);
  const lead = LEAD_VALUES[code] ?? -1;
  if (lead < 0) throw new SyntaxError(`unexpected character ${reader.at} of compact text`);
  reader.at++;
  if (lead === PLAIN) return JSON.parse(readUntil(reader, ";"));
  return lead === NEGATIVE ? -(read(reader) as number) : readNumber(reader, lead);
}

function readNumber(reader: Reader, lead: number): number {
  if (lead < SMALL) return lead;
  if (lead <= MANTISSAS) return readDigits(reader, lead - INTEGERS);
  if (lead < LONG_MANTISSA) return readDigits(reader, SHORT.digits) / (POWERS[lead - MANTISSAS] ?? 1);
  const power = readDigits(reader, 1);
  return readDigits(reader, LONG.digits) / (POWERS[power] ?? 1);
}

function readDigits(reader: Reader, digits: number): number {
  let value = 0;
  for (let i = 0; i < digits; i++) value = 64 * value + (DIGIT_VALUES[reader.text.charCodeAt(reader.at++)] ?? 0);
  return value;
}

/** Numbers of the array being read. Begun with a fraction, so that copies hold numbers themselves instead of objects. */
const numbers: number[] = [0.5];

function readArray(reader: Reader): unknown[] {
  reader.at++;
  let count = 0;
  while (isNumber(reader)) numbers[count++] = read(reader) as number;
  const values: unknown[] = numbers.slice(0, count);
  if (reader.text.charCodeAt(reader.at) === CLOSE) {
    reader.at++;
    return values;
  }
  while (reader.text.charCodeAt(reader.at) !== CLOSE) values.push(read(reader));
  reader.at++;
  // Pushing leaves room for more, and of every active series these are kept.
  return values.slice();
}

/** Whether a number comes next; such as JSON writes are left out, which may be something else. */
function isNumber({ text, at }: Reader): boolean {
  const lead = LEAD_VALUES[text.charCodeAt(at)] ?? -1;
  return lead >= 0 && lead !== PLAIN;
}

function readObject(reader: Reader): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  reader.at++;
  while (reader.text.charCodeAt(reader.at) !== CLOSE_OBJECT) {
    const key = readUntil(reader, ":");
    value[key] = read(reader);
  }
  reader.at++;
  return value;
}

function readString(reader: Reader): string {
  const start = reader.at++;
  while (reader.text.charCodeAt(reader.at) !== QUOTE) {
    if (reader.at >= reader.text.length) throw new SyntaxError("compact text ends within a string");
    reader.at += reader.text[reader.at] === "\\" ? 2 : 1;
  }
  reader.at++;
  return JSON.parse(reader.text.slice(start, reader.at)) as string;
}

/** The text up to the next `end`, which is passed. */
function readUntil(reader: Reader, end: string): string {
  const to = reader.text.indexOf(end, reader.at);
  if (to < 0) throw new SyntaxError(`compact text ends without "${end}"`);
  const text = reader.text.slice(reader.at, to);
  reader.at = to + 1;
  return text;
}

function codesOf(characters: string): Uint8Array {
  return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}

/** Place of each character code among `codes`; -1 for others. */
function valuesOf(codes: Uint8Array): Int8Array {
  const values = new Int8Array(128).fill(-1);
  codes.forEach((code, i) => {
    values[code] = i;
  });
  return values;
}
