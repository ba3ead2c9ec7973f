import { TenfoldError } from "../../domain/errors.ts";

const RETRY_AFTER_SECONDS = 2;
/** Answers of a server that is there but cannot serve now; anything else it refuses is a defect of ours. */
const TEMPORARY =
  /^(LOADING|READONLY|CLUSTERDOWN|MASTERDOWN|OOM|MISCONF|BUSY|TRYAGAIN|NOREPLICAS|MOVED|ASK|UNBLOCKED|NOAUTH|WRONGPASS|NOPERM|NOGOODSLAVE)\b/;

/** What callers are told when a command failed: `store_unavailable` for all that time or an operator can cure. */
export function toStoreFailure(error: unknown): TenfoldError {
  if (error instanceof TenfoldError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const refused = error instanceof Error && error.name === "ReplyError" && !TEMPORARY.test(text);
  if (refused) return new TenfoldError("internal", `Redis refused a command: ${text}`, { cause: error });
  return new TenfoldError("store_unavailable", `Redis: ${text}`, { retryAfter: RETRY_AFTER_SECONDS, cause: error });
}
