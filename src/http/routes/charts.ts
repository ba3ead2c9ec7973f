/** `/v1/alerts/{id}/chart.png` and `chart.svg`: the picture of an alert. */
import type { HttpApi } from "../api.ts";
import { ParameterError } from "../problem.ts";
import { present, QueryReader } from "../query.ts";
import { built, found, type Route } from "../route.ts";

const THEMES = ["light", "dark"] as const;
const LEAST_WIDTH = 260;
const MOST_WIDTH = 2_000;
const TYPES = { png: "image/png", svg: "image/svg+xml; charset=utf-8" } as const;

export function chartRoutes(api: HttpApi): readonly Route[] {
  const route = (format: keyof typeof TYPES): Route => ({
    method: "GET",
    path: `/v1/alerts/:id/chart.${format}`,
    scope: "read",
    handle: async (request) => {
      const query = new QueryReader(request.query);
      const theme = query.list("theme", THEMES)[0] ?? "light";
      const width = format === "svg" ? readWidth(query) : undefined;
      query.end();
      const id = request.params.id ?? "";
      const picture = built(api.drawAlert?.(id, { format, theme, ...present({ width }) }));
      const bytes = found(await picture, `alert ${JSON.stringify(id)} with counts to show`);
      return { status: 200, bytes, headers: { "content-type": TYPES[format], "cache-control": "no-store" } };
    },
  });
  return [route("png"), route("svg")];
}

function readWidth(query: QueryReader): number | undefined {
  const text = query.text("width");
  if (text === undefined) return undefined;
  const width = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (width < LEAST_WIDTH || width > MOST_WIDTH)
    throw new ParameterError("width", `is not a whole number of pixels from ${LEAST_WIDTH} to ${MOST_WIDTH}`);
  return width;
}
