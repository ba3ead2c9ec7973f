/** Finding records in text that is not one JSON value a line: the slow path, taken only when parsing has failed. */

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_SQUARE = 91;
const CLOSE_SQUARE = 93;
const COMMA = 44;
const LINE_FEED = 10;
const SPACE = 32;

/** What containerd, Docker and kubelet write before a line of output, and what server-sent events write before data. */
const LINE_PREFIX = /^(?:\d{4}-\d\d-\d\dT\S+ (?:stdout|stderr) [FP] |data: ?)/;

/**
 * Splits JSON objects that follow each other, or the items of an array whose end or some item is broken. A record that
 * breaks off ends where an object begins at the start of a line. Undefined when the text does not look like that: it is
 * then read line by line.
 */
export function splitValues(text: string, start: number): readonly string[] | undefined {
  const array = text.charCodeAt(start) === OPEN_SQUARE;
  const parts: string[] = [];
  let from = -1;
  let depth = 0;
  let quoted = false;
  for (let i = array ? start + 1 : start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === LINE_FEED && depth > 0 && text.charCodeAt(i + 1) === OPEN_BRACE) {
      parts.push(text.slice(from, i));
      depth = 0;
      quoted = false;
    } else if (quoted) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) quoted = false;
      // A JSON string never holds a bare line feed: a quote was lost, and only lines can be trusted.
      else if (code === LINE_FEED) return undefined;
    } else if (code === QUOTE) {
      if (depth === 0) return undefined;
      quoted = true;
    } else if (code === OPEN_BRACE || code === OPEN_SQUARE) {
      if (depth++ === 0) from = i;
    } else if (code === CLOSE_BRACE || code === CLOSE_SQUARE) {
      if (depth > 0) {
        if (--depth === 0) parts.push(text.slice(from, i + 1));
      } else if (!array || code !== CLOSE_SQUARE) return undefined;
    } else if (depth === 0 && code !== COMMA && code > SPACE) return undefined;
  }
  if (depth > 0) parts.push(text.slice(from));
  return parts;
}

/** The records of one line that is not JSON: without the prefix of a log file, and apart where they ran together. */
export function splitLine(line: string): readonly string[] {
  let text = line.trim().replace(LINE_PREFIX, "");
  if (text === "[" || text === "]" || text === "") return [];
  if (text.endsWith(",")) text = text.slice(0, -1);
  if (!/}\s*{/.test(text)) return [text];
  return splitValues(text, 0) ?? [text];
}
