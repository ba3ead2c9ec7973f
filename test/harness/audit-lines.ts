/** Journals for tests: lines sealed one after the other, as a daemon writes them. */
import { type ChainEnd, EMPTY_CHAIN, sealRecord } from "../../src/domain/audit-record.ts";
import { canonicalJson } from "../../src/domain/canonical-json.ts";

/** One line for each `data`, each with its newline. */
export function auditLines(data: readonly unknown[], after: ChainEnd = EMPTY_CHAIN): readonly string[] {
  let end = after;
  return data.map((each, index) => {
    const time = new Date(Date.UTC(2026, 10, 23, 10, 0, index)).toISOString();
    const sealed = sealRecord({ time, kind: "alert.fired", subject: `a${index}`, dataText: canonicalJson(each) }, end);
    end = sealed.end;
    return `${sealed.line}\n`;
  });
}
