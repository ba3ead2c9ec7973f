/** Secrets: any of these keys `x` may be given as `x_file`, so that no secret need be written in the configuration. */
import { z } from "zod";
import { urlProblem } from "./scalars.ts";

export const SECRET_KEYS = [
  "token",
  "secret",
  "password",
  "url",
  "cert",
  "key",
  "ca",
  "client_ca",
  "sasl_password",
  "api_token",
  "signing_secret",
  "app_token",
] as const;

export type SecretKey = (typeof SECRET_KEYS)[number];

/** The two optional keys of a secret. The loader reads the file and fills in the first, without its final newline. */
export function secret<Name extends SecretKey>(
  name: Name,
  sentence: string,
): { [Key in Name | `${Name}_file`]: z.ZodOptional<z.ZodString> } {
  const file = `The same, as the path of a file that holds it (relative to this configuration file). Give only one of the two.`;
  const fields = {
    [name]: z.string().min(1).optional().describe(sentence).meta({ description: sentence, secret: true }),
    [`${name}_file`]: z.string().min(1).optional().describe(file),
  };
  return fields as { [Key in Name | `${Name}_file`]: z.ZodOptional<z.ZodString> };
}

/** Says that a secret is required, whichever way it is given. Use with `superRefine`. */
export function needsSecret(key: SecretKey) {
  return (value: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void => {
    if (value[key] !== undefined) return;
    context.addIssue({
      code: "custom",
      message: `${key} is missing`,
      params: { suggestion: `add ${key}_file: with the path of a file that holds it (or ${key}: \${NAME})` },
    });
  };
}

/** Says that a secret URL is none, without repeating it. Use with `superRefine`. */
export function urlIsHttp(value: { readonly url?: string | undefined }, context: z.RefinementCtx): void {
  const problem = value.url === undefined ? undefined : urlProblem(value.url, ["http", "https"]);
  if (problem) context.addIssue({ code: "custom", path: ["url"], ...problem });
}
