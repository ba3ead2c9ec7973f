/** `${NAME}` and `${NAME:-default}` from the environment; `$${` is a literal `${`. */

export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g;

export interface Substitution {
  readonly text: string;
  /** Names that have neither a value nor a default. */
  readonly missing: readonly string[];
  /** True when a `${` is not closed or holds no name. */
  readonly malformed: boolean;
}

/** Like a shell, the default is also used when the variable is set but empty. */
export function substitute(text: string, environment: Environment): Substitution {
  const missing: string[] = [];
  let malformed = false;
  const out = text.replaceAll(REFERENCE, (whole, name: string | undefined, fallback: string | undefined) => {
    if (whole === "$${") return "${";
    if (name === undefined) {
      malformed = true;
      return whole;
    }
    const value = environment[name];
    if (fallback !== undefined) return value === undefined || value === "" ? fallback : value;
    if (value === undefined) missing.push(name);
    return value ?? "";
  });
  return { text: out, missing, malformed };
}
