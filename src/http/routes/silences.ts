/** `/v1/silences`, with Alertmanager's fields. */
import { MatcherSyntaxError, parseMatchers } from "../../alerting/matcher-syntax.ts";
import { formatMatcher } from "../../alerting/matchers.ts";
import { silencesEverything } from "../../alerting/routing/silences-everything.ts";
import { TenfoldError } from "../../domain/errors.ts";
import type { HttpApi, SilenceInput, SilenceMatcher } from "../api.ts";
import { JsonBody } from "../json-body.ts";
import { ParameterError } from "../problem.ts";
import { present, QueryReader } from "../query.ts";
import { built, type Route, type RouteRequest } from "../route.ts";

const MAX_MATCHERS = 50;
/** Who deletes without a token: a request to delete has no body that could say. */
const ANYBODY = "unknown";

export function silenceRoutes(api: HttpApi): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/v1/silences",
      scope: "read",
      handle: async ({ query }) => {
        new QueryReader(query).end();
        return { status: 200, json: { silences: await built(api.listSilences?.()) } };
      },
    },
    {
      method: "POST",
      path: "/v1/silences",
      scope: "operate",
      handle: async (request) => ({ status: 201, json: await built(api.createSilence?.(readSilence(request))) }),
    },
    {
      method: "DELETE",
      path: "/v1/silences/:id",
      scope: "operate",
      handle: async ({ params, caller }) => {
        const id = params.id ?? "";
        const operator = { by: caller.name ?? ANYBODY, ...present({ token: caller.name }) };
        if (await built(api.deleteSilence?.(id, operator))) return { status: 204, bytes: "", headers: {} };
        throw new TenfoldError("not_found", `there is no silence ${JSON.stringify(id)}`);
      },
    },
  ];
}

function readSilence(request: RouteRequest): SilenceInput {
  const body = new JsonBody(request.body);
  const force = body.value("force") ?? false;
  if (typeof force !== "boolean") throw new ParameterError("force", "must be true or false");
  const matchers = readMatchers(body.value("matchers"), force);
  const createdBy = body.text("createdBy", "by") ?? request.caller.name;
  const comment = body.text("comment");
  const startsAt = body.time("startsAt");
  const endsAt = body.time("endsAt", "until");
  if (createdBy === undefined) throw new ParameterError("createdBy", "is required: every silence has an author");
  if (comment === undefined) throw new ParameterError("comment", "is required: every silence says why");
  if (endsAt === undefined) throw new ParameterError("endsAt", "is required: every silence has an end");
  if (startsAt !== undefined && startsAt >= endsAt) throw new ParameterError("endsAt", "must be after startsAt");
  return { matchers, startsAt, endsAt, createdBy, comment, force, ...present({ token: request.caller.name }) };
}

/** A list of objects as in Alertmanager, or of texts such as `policy=~"pci-.*"`. */
function readMatchers(value: unknown, force: boolean): readonly SilenceMatcher[] {
  if (!Array.isArray(value) || value.length === 0)
    throw new ParameterError("matchers", "must be a list with at least one matcher");
  if (value.length > MAX_MATCHERS) throw new ParameterError("matchers", `holds more than ${MAX_MATCHERS} matchers`);
  const matchers = value.map((one, index) => readMatcher(one, `matchers[${index}]`));
  if (!force && silencesEverything(matchers.map(parsed))) {
    throw new ParameterError("matchers", "would silence every alert: narrow them, or send force: true as well");
  }
  return matchers;
}

function readMatcher(value: unknown, parameter: string): SilenceMatcher {
  try {
    const [matcher] = parseMatchers(typeof value === "string" ? value : textOf(value, parameter));
    if (matcher === undefined) throw new ParameterError(parameter, "is empty");
    const { name, operator } = matcher;
    return { name, value: matcher.value, isRegex: operator.includes("~"), isEqual: !operator.includes("!") };
  } catch (error) {
    if (error instanceof MatcherSyntaxError) throw new ParameterError(parameter, error.message);
    throw error;
  }
}

function textOf(value: unknown, parameter: string): string {
  const { name, value: wanted, isRegex = false, isEqual = true } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof name !== "string" || name === "" || typeof wanted !== "string") {
    throw new ParameterError(parameter, "must have a name and a value, both text");
  }
  if (typeof isRegex !== "boolean" || typeof isEqual !== "boolean") {
    throw new ParameterError(parameter, "isRegex and isEqual must be true or false");
  }
  return formatMatcher(parsed({ name, value: wanted, isRegex, isEqual }));
}

function parsed({ name, value, isRegex, isEqual }: SilenceMatcher) {
  const operator = isRegex ? (isEqual ? "=~" : "!~") : isEqual ? "=" : "!=";
  return { name, value, operator } as const;
}
