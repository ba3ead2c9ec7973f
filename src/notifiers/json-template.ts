/**
 * A JSON body from a template: a JSON value whose texts may hold Liquid (`{{ data.severity }}`). What is filled in becomes part
 * of a text, or, where it is the whole text, keeps its type; so whatever a name contains, the body is JSON and keeps its shape.
 */
import { Liquid, LiquidError } from "liquidjs";

export type TemplatePath = readonly (string | number)[];

export interface TemplateProblem {
  readonly path: TemplatePath;
  readonly message: string;
}

/** What a template asks for: `data.series[0].ratio` is `["data", "series", 0, "ratio"]`, up to the first part that is computed. */
export interface TemplateVariable {
  readonly path: TemplatePath;
  readonly segments: TemplatePath;
}

type Fill = (scope: object) => unknown;

/** Longest time for one text, milliseconds: a template cannot keep the daemon busy. */
const RENDER_LIMIT = 1_000;
/** A text that is one output and nothing else. */
const ALONE = /^\{\{-?((?:(?!\}\}).)*?)-?\}\}$/s;

const liquid = new Liquid({ strictFilters: true, ownPropertyOnly: true, renderLimit: RENDER_LIMIT, templates: {} });
// There are no other templates.
for (const tag of ["include", "render", "layout", "block"]) delete liquid.tags[tag];

/** Makes a function that fills in a template. Throws at what `templateProblems` finds; the function throws when filling in fails. */
export function compileTemplate(template: unknown): Fill {
  if (typeof template === "string") return compileText(template);
  if (Array.isArray(template)) {
    const items = template.map(compileTemplate);
    return (scope) => items.map((fill) => fill(scope));
  }
  if (typeof template !== "object" || template === null) return () => template;
  const entries = Object.entries(template).map(([key, value]) => [key, compileTemplate(value)] as const);
  return (scope) => Object.fromEntries(entries.map(([key, fill]) => [key, fill(scope)]));
}

/** What is wrong with the syntax, and where. */
export function templateProblems(template: unknown): readonly TemplateProblem[] {
  return [...texts(template)].flatMap(({ path, text }) => {
    try {
      compileText(text);
      return [];
    } catch (error) {
      return [{ path, message: error instanceof LiquidError ? error.message : String(error) }];
    }
  });
}

/** What the texts of a template ask for; those with problems are left out. */
export function templateVariables(template: unknown): readonly TemplateVariable[] {
  const broken = new Set(templateProblems(template).map(({ path }) => path.join("\n")));
  const sound = [...texts(template)].filter(({ path }) => !broken.has(path.join("\n")));
  return sound.flatMap(({ path, text }) =>
    liquid.globalVariableSegmentsSync(text).map((segments) => {
      const computed = segments.findIndex((segment) => Array.isArray(segment));
      const known = computed < 0 ? segments : segments.slice(0, computed);
      return { path, segments: known.filter((segment) => typeof segment === "string" || typeof segment === "number") };
    }),
  );
}

function compileText(text: string): Fill {
  const parsed = liquid.parse(text);
  const alone = ALONE.exec(text)?.[1];
  if (alone === undefined || parsed.length !== 1) return (scope) => liquid.renderSync(parsed, scope);
  return (scope) => liquid.evalValueSync(alone, scope) ?? null;
}

function* texts(template: unknown, path: TemplatePath = []): Iterable<{ readonly path: TemplatePath; readonly text: string }> {
  if (typeof template === "string") yield { path, text: template };
  else if (Array.isArray(template)) for (const [index, item] of template.entries()) yield* texts(item, [...path, index]);
  else if (typeof template === "object" && template !== null)
    for (const [key, value] of Object.entries(template)) yield* texts(value, [...path, key]);
}
