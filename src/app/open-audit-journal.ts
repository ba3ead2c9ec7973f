/** Opens the audit journal and lets the log say, once each, that it cannot be written and that it can again. */
import type { Clock } from "../ports/clock.ts";
import type { Journal } from "../ports/journal.ts";
import { FileJournal } from "../stores/audit/file-journal.ts";
import type { Logger } from "../telemetry/logger.ts";

export function openAuditJournal(
  path: string,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): Promise<Journal> {
  return FileJournal.open({
    path,
    clock,
    onTrouble: (error) => log.error({ path, err: error }, "audit journal cannot be written; records are kept in memory"),
    onWritable: () => log.info({ path }, "audit journal is written again"),
  });
}
