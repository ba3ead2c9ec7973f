/** `POST /v1/events`, `/v1/changes`, `/v1/logs`: records in. */
import type { HttpApi, IngestRequest, IngestResult } from "../api.ts";
import { recordMediaType } from "../media-type.ts";
import { HttpError, ParameterError } from "../problem.ts";
import { QueryReader } from "../query.ts";
import { type Answer, built, type Route, type RouteRequest } from "../route.ts";

export function ingestRoutes(api: HttpApi): readonly Route[] {
  const route = (path: string, ingest: (request: IngestRequest) => Promise<IngestResult>): Route => ({
    method: "POST",
    path,
    scope: "ingest",
    body: "large",
    handle: async (request) => answer(await ingest(ingestRequest(request))),
  });
  return [
    route("/v1/events", (request) => api.ingestEvents(request)),
    route("/v1/changes", (request) => api.ingestChanges(request)),
    {
      method: "POST",
      path: "/v1/logs",
      scope: "ingest",
      body: "large",
      handle: async (request) => {
        built(api.ingestLogs);
        const mediaType = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
        const { body, caller } = request;
        return answer(await built(api.ingestLogs?.({ body, mediaType, source: "otlp", cluster: caller.cluster })));
      },
    },
  ];
}

function ingestRequest(request: RouteRequest): IngestRequest {
  const query = new QueryReader(request.query);
  const source = query.text("source") ?? "auto";
  query.end();
  if (!/^[a-z0-9-]{1,64}$/.test(source)) throw new ParameterError("source", "is not the name of a source");
  return {
    body: request.body,
    mediaType: recordMediaType(request.headers["content-type"]),
    source,
    cluster: request.caller.cluster,
  };
}

/** 202 when at least one record was understood, whatever became of it; 400 when none was. */
function answer(result: IngestResult): Answer {
  const { accepted, duplicates, rejected, errors } = result;
  const ignored = result.ignored.size > 0 ? { ignored: Object.fromEntries(result.ignored) } : {};
  const body = { accepted, duplicates, rejected, ...ignored, errors };
  if (result.understood > 0) return { status: 202, json: body };
  const first = errors[0];
  const detail = first === undefined ? "the body holds no record" : `record ${first.index}: ${first.message}`;
  throw new HttpError("nothing_understood", detail, { status: 400, members: body });
}
