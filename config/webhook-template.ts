/** Whether the template of a webhook can be filled in: its syntax, and that what it names is there to be named. */
import { z } from "zod";
import { type TemplatePath, templateProblems, templateVariables } from "../src/notifiers/json-template.ts";
import { webhookBodySchema } from "./alert-schema.ts";
import { keysAt } from "./json-schema-walk.ts";
import { didYouMean } from "./nearest.ts";

const line = z.string();
const lines = z.array(z.string());

/** What templates can name: the body of the tenfold format, what is true of the delivery, and the words of messages. */
export const templateScopeSchema = webhookBodySchema.extend({
  id: line,
  receiver: line,
  attempt: z.number(),
  groupLabels: z.record(z.string(), z.string()),
  message: z.strictObject({
    ...{ status: line, severity: line, title: line, headline: line, summary: line, cause: line },
    ...{ evidence: lines, advice: lines, notes: lines, samples: lines },
    fields: z.array(z.strictObject({ label: line, value: line })),
    ...{ link: line, runbook: line.optional(), text: line, short: line },
  }),
});

/** Liquid's own: they are properties of every list and text. */
const OF_LISTS: ReadonlySet<string> = new Set(["first", "last", "size"]);

const SYNTAX = "see https://liquidjs.com/tutorials/intro-to-liquid.html";

/** Use with `superRefine`. */
export function checkTemplate(value: { readonly format: string; readonly template?: unknown }, context: z.RefinementCtx): void {
  const { format, template } = value;
  const tell = (path: TemplatePath, message: string, suggestion?: string) =>
    context.addIssue({ code: "custom", path: ["template", ...path], message, params: { suggestion } });
  if (format !== "template") {
    if (template !== undefined) tell([], "only format: template takes a template", "write format: template, or leave it out");
    return;
  }
  if (template === undefined) {
    const suggestion = 'add template: {text: "{{ message.headline }}"}';
    context.addIssue({ code: "custom", message: "template is missing", params: { suggestion } });
    return;
  }
  for (const { path, message } of templateProblems(template)) tell(path, `bad template: ${message}`, SYNTAX);
  const schema = z.toJSONSchema(templateScopeSchema) as Readonly<Record<string, unknown>>;
  for (const { path, segments } of templateVariables(template)) {
    const unknown = unknownPart(schema, segments);
    if (unknown) tell(path, `there is no ${dotted(unknown.segments)} to fill in`, didYouMean(unknown.word, unknown.known));
  }
}

/** The first part of `data.sverity` that is not there, and what could stand in its place. */
function unknownPart(schema: Readonly<Record<string, unknown>>, segments: TemplatePath) {
  const walked: (string | number)[] = [];
  for (const segment of segments) {
    const known = keysAt(schema, walked);
    // `first` and `last` stand for an item; of lists and texts nothing but these is checked.
    if (typeof segment === "number" || (known.length === 0 && OF_LISTS.has(segment))) walked.push(0);
    else if (known.length > 0 && !known.includes(segment)) return { segments: [...walked, segment], word: segment, known };
    else walked.push(segment);
  }
  return undefined;
}

function dotted(segments: TemplatePath): string {
  return segments.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`),
    "",
  );
}
