/** A webhook's form: what one target wants to be told, as a body. Pure; sending is the webhook notifier's. */
import type { Message } from "../alerting/message/message.ts";
import type { ChangeNotice, Notification } from "../ports/notifier.ts";

export interface FormatInput {
  readonly notification: Notification;
  readonly message: Message;
  /** The secret of the configuration, empty when there is none. */
  readonly secret: string;
  /** The URL of the configuration, empty when there is none. */
  readonly url: string;
  /** False when the body grew too large: leave out what is not essential. */
  readonly withSamples: boolean;
}

/** As FormatInput, for a change told without an alert. */
export interface ChangeInput extends Pick<FormatInput, "secret" | "url"> {
  readonly notice: ChangeNotice;
}

export interface FormattedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body: unknown;
}

export interface WebhookFormat {
  /** Largest body the target accepts, bytes. */
  readonly maxBody: number;
  /** True when the secret signs the request by Standard Webhooks; otherwise it is part of the request. */
  readonly signed: boolean;
  request(input: FormatInput): FormattedRequest;
  /** Where the service can be told of changes. */
  change?(input: ChangeInput): FormattedRequest;
}
