/** A complete list of one resource, page by page, as of one moment. */
import { asObject, objectAt, textAt } from "../kubernetes-fields.ts";
import { ApiFailure } from "./api-failure.ts";
import type { Connection } from "./connection.ts";
import { pathOf, type WatchTarget } from "./resources.ts";

export interface ListPage {
  readonly items: readonly unknown[];
  /** Version of the whole list: where a watch goes on. */
  readonly resourceVersion: string;
  readonly isLast: boolean;
}

/** Objects a page: a few megabytes of JSON, which is all of a list that is ever held. */
const PAGE = 500;

/**
 * Asks for what is stored, not for what a cache of the server has, because only such a list comes in pages. Rejects with
 * an `ApiFailure` of reason `expired` when it took so long that the server forgot the moment: begin again.
 */
export async function* listPages(connection: Connection, target: WatchTarget, signal: AbortSignal): AsyncGenerator<ListPage> {
  let next: string | undefined;
  do {
    const query = { limit: String(PAGE), ...(next === undefined ? {} : { continue: next }) };
    const body = await connection.get({ path: pathOf(target), query, signal });
    const page = asObject(parse(await textOf(body)));
    const metadata = objectAt(page, "metadata");
    const resourceVersion = textAt(metadata, "resourceVersion");
    if (resourceVersion === undefined) throw new ApiFailure("protocol", "a list without resourceVersion");
    next = textAt(metadata, "continue");
    const items = page?.items;
    yield { items: Array.isArray(items) ? items : [], resourceVersion, isLast: next === undefined };
  } while (next !== undefined);
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiFailure("protocol", "a list that is not JSON");
  }
}
