/** The value types of configuration: text in the file, numbers with one unit in the program. */
import { z } from "zod";
import { MatcherSyntaxError, parseMatchers } from "../src/alerting/matcher-syntax.ts";
import { formatDuration, parseDuration } from "../src/domain/duration.ts";

const SIZE = /^(\d+(?:\.\d+)?)\s?(B|KiB|MiB|GiB|TiB|kB|KB|MB|GB|TB)?$/;
const SIZE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Bytes of a size text (`32MiB`, `500kB`, `1024`), or undefined when it is not one. */
export function parseSize(text: string): number | undefined {
  const match = SIZE.exec(text.trim());
  if (!match) return undefined;
  const bytes = Number(match[1]) * (SIZE_UNITS[match[2] ?? "B"] ?? 1);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** A duration of at least `least` milliseconds; milliseconds in the program. */
export function duration(sentence: string, least = 0) {
  return z
    .string()
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms === undefined) {
        context.addIssue({
          code: "custom",
          message: `${JSON.stringify(text)} is not a duration`,
          params: { suggestion: "write a whole number and a unit: 500ms, 10s, 5m, 4h, 7d or 2w" },
        });
        return z.NEVER;
      }
      if (ms < least) {
        context.addIssue({ code: "custom", message: `${text} is too short: at least ${formatDuration(least)} is needed` });
      }
      return ms;
    })
    .meta({ description: sentence, unit: "duration", examples: ["10s", "5m", "4h", "7d"] });
}

/** A size of at least one byte; bytes in the program. A bare number is bytes. */
export function size(sentence: string) {
  return z
    .union([z.string(), z.number()])
    .transform((value, context) => {
      const bytes = parseSize(String(value));
      if (bytes === undefined || bytes < 1) {
        context.addIssue({
          code: "custom",
          message: `${JSON.stringify(value)} is not a size`,
          params: { suggestion: "write a number and a unit: 512KiB, 32MiB or 1GiB" },
        });
        return z.NEVER;
      }
      return bytes;
    })
    .meta({ description: sentence, unit: "bytes", examples: ["512KiB", "32MiB"] });
}

/** A whole number of at least `least`. */
export function count(sentence: string, least = 1) {
  return z.number().int().min(least).describe(sentence);
}

/** What is wrong with a URL, if anything. The message never repeats the URL: it may hold a password. */
export function urlProblem(
  text: string,
  schemes: readonly string[],
): { readonly message: string; readonly params: { readonly suggestion: string } } | undefined {
  const scheme = URL.canParse(text) ? new URL(text).protocol.slice(0, -1) : undefined;
  if (scheme !== undefined && schemes.includes(scheme)) return undefined;
  return {
    message: scheme === undefined ? "this is not a URL" : `URLs of scheme ${JSON.stringify(scheme)} are not accepted here`,
    params: { suggestion: `write a full URL, beginning with ${schemes.map((one) => `${one}://`).join(" or ")}` },
  };
}

/** A URL with one of these schemes. */
export function url(sentence: string, schemes: readonly string[] = ["http", "https"]) {
  return z
    .string()
    .superRefine((text, context) => {
      const problem = urlProblem(text, schemes);
      if (problem) context.addIssue({ code: "custom", ...problem });
    })
    .describe(sentence);
}

/** Matchers as in Alertmanager; all must hold. Kept as text, which is proven to parse. */
export function matchers(sentence: string) {
  return z
    .array(
      z.string().superRefine((text, context) => {
        try {
          parseMatchers(text);
        } catch (error) {
          if (!(error instanceof MatcherSyntaxError)) throw error;
          context.addIssue({
            code: "custom",
            message: `bad matcher: ${error.message}`,
            params: { suggestion: `write for example 'policy=~"pci-.*"', 'regime="pci"' or 'team!=""'` },
          });
        }
      }),
    )
    .describe(sentence);
}

/** A name others refer to. */
export function name(sentence: string) {
  return z.string().min(1).max(200).describe(sentence);
}
