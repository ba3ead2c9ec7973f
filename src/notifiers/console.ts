import { z } from "zod";
import { composeMessage } from "../alerting/message.ts";
import type { Delivery, Notification } from "../ports/notifier.ts";
import type { NotifierKind } from "./notifier-kind.ts";

const schema = z.object({ send_resolved: z.boolean().default(true).describe("Also print when an alert is resolved.") });

const RED = "\u001b[1;31m";
const GREEN = "\u001b[1;32m";
const YELLOW = "\u001b[1;33m";
const RESET = "\u001b[0m";

/** Prints the text form on standard output, with a coloured headline on a terminal. */
export const consoleNotifier: NotifierKind<typeof schema> = {
  kind: "console",
  schema,
  create: (_options, context) => ({
    kind: "console",
    async send(notification: Notification, signal: AbortSignal): Promise<Delivery> {
      if (signal.aborted) return { ok: false, reason: "aborted", retryable: true, detail: "stopped before it was printed" };
      const message = composeMessage(notification);
      const { state } = notification.transition.data;
      const color = state === "firing" ? RED : state === "resolved" ? GREEN : YELLOW;
      const [headline = "", ...rest] = message.text.split("\n");
      context.write(`${context.color ? `${color}${headline}${RESET}` : headline}\n${rest.join("\n")}\n`);
      return { ok: true };
    },
  }),
};
