/** `GET /` and the files of the web page. They are read once: nothing a client sends ever becomes a path. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { type Answer, built, type Route, type RouteRequest } from "../route.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

interface Asset {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** Routes of all files in `root` (not of its folders); `index.html` is `/`. Without a page `/` is not built. */
export function pageRoutes(root: string | undefined): readonly Route[] {
  const assets = root === undefined ? new Map<string, Asset>() : readAssets(root);
  const index = assets.get("index.html");
  const page: Route = {
    method: "GET",
    path: "/",
    scope: undefined,
    handle: async (request) => answer(built(index), request),
  };
  const files = [...assets].map(
    ([name, asset]): Route => ({
      method: "GET",
      path: `/${name}`,
      scope: undefined,
      handle: async (request) => answer(asset, request),
    }),
  );
  return [page, ...files];
}

function readAssets(root: string): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined || !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(entry.name)) continue;
    const bytes = readFileSync(join(root, entry.name));
    const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
    assets.set(entry.name, { bytes, headers: { "content-type": type, etag, "cache-control": "no-cache" } });
  }
  return assets;
}

function answer(asset: Asset, { headers }: RouteRequest): Answer {
  const known = (headers["if-none-match"] ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  const fresh = known.includes(asset.headers.etag ?? "") || known.includes("*");
  return fresh ? { status: 304, bytes: "", headers: asset.headers } : { status: 200, bytes: asset.bytes, headers: asset.headers };
}
