/**
 * Charts in the threads of messages, after their text. Everything here happens behind the delivery: a picture that is slow,
 * too much for the channel's pace, or refused is left out, and the text was told all the same.
 */
import type { Alert } from "../domain/alert.ts";
import { untilAborted, withDeadline } from "./deadline.ts";
import type { NotifierContext } from "./notifier-kind.ts";
import { slackError, slackFailure } from "./slack-answer.ts";
import { type SlackAccess, slackClient, slackSecrets } from "./slack-client.ts";
import type { TokenBucket } from "./token-bucket.ts";

export interface PictureOptions extends SlackAccess {
  readonly chart: "light" | "dark" | "none";
}

/** Where the text stands. */
export interface Thread {
  readonly channel: string;
  readonly ts: string;
}

/** Pictures waiting for their turn; more are left out. */
const MOST_WAITING = 10;
/** From drawing to done, milliseconds. */
const TIME_LIMIT = 60_000;
/** Slack's answers that no later picture will change. */
const FORBIDDEN = new Set([
  "missing_scope",
  "not_allowed_token_type",
  "file_uploads_disabled",
  "method_not_supported_for_channel_type",
]);
const MAX_ALT = 1_000;

export class SlackPictures {
  readonly #options: PictureOptions;
  readonly #context: Pick<NotifierContext, "picture" | "warn">;
  readonly #pace: TokenBucket;
  readonly #stop = new AbortController();
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  #off: boolean;
  #warned: string | undefined;

  constructor(options: PictureOptions, context: Pick<NotifierContext, "picture" | "warn">, pace: TokenBucket) {
    this.#options = options;
    this.#context = context;
    this.#pace = pace;
    this.#off = options.chart === "none";
  }

  /** Returns at once. Pictures of one channel go up one after the other. */
  show(alert: Alert, thread: Thread): void {
    if (this.#off || this.#waiting >= MOST_WAITING) return;
    this.#waiting++;
    this.#last = this.#last
      .then(() => withDeadline(TIME_LIMIT, this.#stop.signal, (limit) => this.#upload(alert, thread, limit)))
      .catch((error: unknown) => this.#excuse(error))
      .finally(() => {
        this.#waiting--;
      });
  }

  /** Resolves when nothing is under way any more; what has not begun is left out. */
  async close(): Promise<void> {
    this.#off = true;
    this.#stop.abort();
    await this.#last;
  }

  /** Resolves when all pictures so far have been shown or given up. */
  settled(): Promise<void> {
    return this.#last;
  }

  async #upload(alert: Alert, { channel, ts }: Thread, signal: AbortSignal): Promise<void> {
    const { chart } = this.#options;
    if (this.#off || chart === "none") return;
    const picture = await untilAborted(this.#context.picture(alert, chart), signal);
    if (!picture) return;
    const client = slackClient(this.#options, signal);
    const filename = `tenfold-${alert.id}-${alert.version}.png`;
    const place = await client.files.getUploadURLExternal({
      filename,
      length: picture.png.length,
      alt_text: picture.alt.slice(0, MAX_ALT),
    });
    await this.#send(place.upload_url ?? "", picture.png, signal);
    await this.#pace.takeSpare(signal);
    await client.files.completeUploadExternal({
      files: [{ id: place.file_id ?? "", title: filename }],
      channel_id: channel,
      thread_ts: ts,
    });
  }

  async #send(url: string, png: Buffer, signal: AbortSignal): Promise<void> {
    const { api_url, timeout } = this.#options;
    // Slack names the address; whatever it names, the picture leaves encrypted, or goes where the API is.
    const known = URL.canParse(url) && (url.startsWith("https://") || new URL(url).origin === new URL(api_url).origin);
    if (!known) throw new Error("Slack named an address for the picture that is not safe");
    const answer = await withDeadline(timeout, signal, (limit) =>
      fetch(url, { method: "POST", body: new Uint8Array(png), redirect: "error", signal: limit }),
    );
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`HTTP ${answer.status} for the picture`);
  }

  /** Told once; a scope that is missing stays missing until the configuration is loaded again. */
  #excuse(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    const code = slackError(error);
    const final = code !== undefined && FORBIDDEN.has(code);
    if (final) this.#off = true;
    const failure = slackFailure(error, this.#stop.signal, slackSecrets(this.#options));
    const detail = failure.ok ? "" : failure.detail;
    const advice = code === "missing_scope" ? "; give the app the scope files:write, or set chart: none" : "";
    if (detail === this.#warned) return;
    this.#warned = detail;
    this.#context.warn(`Slack got no chart, the text was delivered: ${detail}${advice}`);
  }
}
