/** Kubernetes objects are often kept as YAML: each document of a body is a record. */
import { parseAllDocuments } from "yaml";
import type { Received, ReceivedRecord, Rejection } from "../pipeline/receive.ts";

/** Aliases expand; beyond this a document is taken for a bomb. */
const MAX_ALIASES = 100;

export function yamlRecords(body: Uint8Array): Received {
  const records: ReceivedRecord[] = [];
  const rejected: Rejection[] = [];
  let index = 0;
  for (const document of parseAllDocuments(new TextDecoder().decode(body))) {
    const [error] = document.errors;
    if (error) rejected.push({ index, code: "invalid_json", message: `not valid YAML: ${error.message.split("\n")[0]}` });
    else if (document.contents !== null) {
      try {
        records.push({ index, record: document.toJS({ maxAliasCount: MAX_ALIASES }) });
      } catch {
        rejected.push({ index, code: "invalid_json", message: "the document uses too many aliases" });
      }
    }
    index++;
  }
  return { records, rejected, rejectedCount: rejected.length };
}
