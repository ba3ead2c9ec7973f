/** Finding records in text that is not one JSON value a line: the slow path, taken only when parsing has failed. */

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;

/** What containerd, Docker and kubelet write before a line of output, and what server-sent events write before data. */
const LINE_PREFIX = /^(?:\d{4}-\d\d-\d\dT\S+ (?:stdout|stderr) [FP] |data: ?)/;

/**
 * Splits JSON objects that follow each other, or the items of an array whose end or some item is broken. Undefined when
 * the text does not look like that: it is then read line by line.
 */
export function splitValues(text: string, start: number): readonly string[] | undefined {
  const array = text.charCodeAt(start) === OPEN_BRACKET;
  const parts: string[] = [];
  let from = -1;
  let depth = 0;
  let quoted = false;
  for (let i = array ? start + 1 : start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) quoted = false;
      // A JSON string never holds a bare line feed: a quote was lost, and only lines can be trusted.
      else if (code === 10) return undefined;
    } else if (code === QUOTE) {
      quoted = true;
      if (depth === 0) return undefined;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (depth++ === 0) from = i;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      if (depth === 0) {
        // The end of the array itself.
        if (array && code === CLOSE_BRACKET) continue;
        return undefined;
      }
      if (--depth === 0) parts.push(text.slice(from, i + 1));
    } else if (depth === 0 && code !== 44 && code > 32) return undefined;
  }
  if (depth > 0) {
    const rest = text.slice(from);
    // A record broken off inside many lines would swallow the ones after it.
    if (parts.length === 0 && rest.includes("\n{")) return undefined;
    parts.push(rest);
  }
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
