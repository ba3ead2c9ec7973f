/** A stream of JSON lines, as the watch protocol has it. */
import { StringDecoder } from "node:string_decoder";
import { ApiFailure } from "./api-failure.ts";

/** etcd takes objects of at most 1.5 MiB; with indentation and a generous margin, characters. */
const MAX_LINE = 16 * 1024 * 1024;

/**
 * The values of each piece of the stream that completes a line, in order. While a caller works on one piece nothing more is
 * read, so a slow one slows the sender down. Throws when a line is no JSON: what follows could not be trusted.
 */
export async function* jsonLines(stream: AsyncIterable<Buffer>): AsyncGenerator<readonly unknown[]> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of stream) {
    const text = rest + decoder.write(chunk);
    const end = text.lastIndexOf("\n");
    rest = text.slice(end + 1);
    if (rest.length > MAX_LINE) throw new ApiFailure("protocol", "a line is too long");
    if (end >= 0) yield decode(text.slice(0, end));
  }
  const last = decode(rest + decoder.end());
  if (last.length > 0) yield last;
}

function decode(lines: string): readonly unknown[] {
  return lines
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      try {
        return JSON.parse(line) as unknown;
      } catch {
        throw new ApiFailure("dropped", "the connection ended within an event");
      }
    });
}
