import { z } from "zod";
import { count, duration } from "../scalars.ts";
import { secret } from "../secrets.ts";

/** The forms of `store.url`, and how each continues. */
const FORMS: readonly RegExp[] = [
  /^memory:(\/.*)?$/,
  /^rediss?:\/\/[^\s/]+(\/\d*)?(\?\S*)?$/,
  /^rediss?\+cluster:\/\/[^\s/]+(\/)?$/,
  /^rediss?\+sentinel:\/\/[^\s/]+\/[^\s/]+(\/\d+)?$/,
];

export const storeSection = z
  .strictObject({
    ...secret(
      "url",
      "Where counts are kept. memory:[/path] · redis://host:port/db · rediss://… · redis+cluster://a,b,c · redis+sentinel://a,b/NAME. (Default: memory:)",
    ),
    username: z.string().min(1).optional().describe("Redis user, when not in the URL."),
    ...secret("password", "Redis password, when not in the URL."),
    ...secret("ca", "Certificate authority of Redis, PEM, when it is a private one. Only with rediss://."),
    key_prefix: z
      .string()
      .regex(/^[^{}\s]{1,64}$/, "at most 64 characters without spaces and braces")
      .describe("Prefix of every key.")
      .default("tenfold:v1:"),
    shards: count("Shards that daemons share; fixed when the store is first used.").max(16_384).default(64),
    dedup_window: duration("How long ids of events are remembered, so that an event sent twice counts once.", 1000).prefault(
      "10m",
    ),
  })
  .transform((store, context) => {
    const url = store.url ?? "memory:";
    if (!FORMS.some((form) => form.test(url))) {
      context.addIssue({
        code: "custom",
        path: ["url"],
        message: "this is not the URL of a store",
        params: {
          suggestion: "write memory:, redis://host:6379, redis+cluster://a:6379,b:6379 or redis+sentinel://a:26379/NAME",
        },
      });
    }
    return { ...store, url };
  })
  .describe("The store of counts, states and alerts.");

export const bucketsSection = z
  .strictObject({
    width: duration("Width of a fine bucket; fixed when the store is first used.", 1000).prefault("10s"),
    lateness: duration("How long a bucket stays open for late events.").prefault("60s"),
    look_every: duration(
      "How often buckets that have not ended are judged when something was counted in them; 0s: only when they end.",
    ).prefault("1s"),
    retention: z
      .strictObject({
        fine: duration("How long fine buckets are kept.", 7_200_000).prefault("2h"),
        medium: duration("How long 5-minute buckets are kept.", 3_600_000).prefault("2d"),
        coarse: duration("How long 1-hour buckets are kept.", 86_400_000).prefault("400d"),
      })
      .describe("How long counts are kept, by bucket width.")
      .prefault({}),
  })
  .describe("Time buckets.");
