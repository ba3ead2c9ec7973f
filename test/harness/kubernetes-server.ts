/**
 * An API server as far as lists and watches go: versions, pages of one moment with tokens that expire, watches that replay
 * from a version, bookmarks, compaction with 410, and the ways in which all this fails. Nothing is asserted here; what
 * was asked is in `requests`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type KubernetesObject, keyOf } from "./kubernetes-fixtures.ts";
import { listen, type Reply, shut } from "./webhook-server.ts";

interface HistoryEntry {
  readonly version: number;
  readonly resource: string;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubernetesObject;
}

interface Watcher {
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly response: ServerResponse;
  readonly wantsBookmarks: boolean;
}

export interface ServerRequest {
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly query: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
}

const PATH = /^(?:\/api\/v1|\/apis\/(?:apps|batch)\/v1)(?:\/namespaces\/([^/]+))?\/([a-z]+)$/;
const KINDS: Readonly<Record<string, string>> = {
  pods: "Pod",
  deployments: "Deployment",
  statefulsets: "StatefulSet",
  daemonsets: "DaemonSet",
  replicasets: "ReplicaSet",
  cronjobs: "CronJob",
  jobs: "Job",
};

export class KubernetesServer {
  readonly requests: ServerRequest[] = [];
  /** Only this token is let in; undefined: everybody. */
  token: string | undefined;
  /** How a watch from a forgotten version is refused: by the answer itself, or by its first event. Both occur. */
  expiresBy: "status" | "event" = "event";
  readonly #server: Server;
  readonly #objects = new Map<string, Map<string, KubernetesObject>>();
  readonly #pages = new Map<string, { readonly rest: readonly KubernetesObject[]; readonly version: number }>();
  readonly #watchers = new Set<Watcher>();
  readonly #answers: { readonly resource: string; readonly reply: Reply }[] = [];
  #history: HistoryEntry[] = [];
  #version = 100;
  #compacted = 0;

  private constructor(tls?: { readonly cert: string; readonly key: string }) {
    const handle = (request: IncomingMessage, response: ServerResponse) => this.#handle(request, response);
    this.#server = tls === undefined ? createServer(handle) : createSecureServer(tls, handle);
  }

  static async start(tls?: { readonly cert: string; readonly key: string }): Promise<KubernetesServer> {
    const server = new KubernetesServer(tls);
    await listen(server.#server);
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Watches that stand. */
  watches(resource?: string): number {
    return [...this.#watchers].filter((watcher) => resource === undefined || watcher.resource === resource).length;
  }

  objects(resource: string): readonly KubernetesObject[] {
    return [...(this.#objects.get(resource)?.values() ?? [])];
  }

  /** Creates or changes an object. */
  apply(resource: string, object: KubernetesObject): void {
    const all = this.#objects.get(resource) ?? new Map<string, KubernetesObject>();
    this.#objects.set(resource, all);
    const type = all.has(keyOf(object)) ? "MODIFIED" : "ADDED";
    const stored = this.#versioned(object);
    all.set(keyOf(object), stored);
    this.#tell({ version: this.#version, resource, type, object: stored });
  }

  remove(resource: string, object: KubernetesObject): void {
    const stored = this.#objects.get(resource)?.get(keyOf(object));
    if (stored === undefined) return;
    this.#objects.get(resource)?.delete(keyOf(object));
    this.#tell({ version: this.#version + 1, resource, type: "DELETED", object: this.#versioned(stored) });
  }

  /** Forgets the past: positions before now are answered with 410. */
  compact(): void {
    this.#version += 1;
    this.#compacted = this.#version;
    this.#history = [];
  }

  /** Forgets the moments of lists under way. */
  expirePages(): void {
    this.#pages.clear();
  }

  bookmark(): void {
    this.#version += 1;
    for (const { resource, response, wantsBookmarks } of this.#watchers) {
      if (!wantsBookmarks) continue;
      const object = { kind: KINDS[resource], metadata: { resourceVersion: String(this.#version) } };
      response.write(`${JSON.stringify({ type: "BOOKMARK", object })}\n`);
    }
  }

  /** The next request for a resource is answered like this. */
  answer(resource: string, reply: Reply): void {
    this.#answers.push({ resource, reply });
  }

  /** Writes into the watches of a resource, whatever it is. */
  write(resource: string, text: string): void {
    for (const watcher of this.#watchers) if (watcher.resource === resource) watcher.response.write(text);
  }

  /** Ends all watches in order, as the server does when their time is over. */
  endWatches(): void {
    for (const { response } of this.#watchers) response.end();
    this.#watchers.clear();
  }

  /** Cuts all connections of watches. */
  cutWatches(): void {
    for (const { response } of this.#watchers) response.socket?.destroy();
    this.#watchers.clear();
  }

  async close(): Promise<void> {
    await shut(this.#server);
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", "http://server");
    const [, namespace, resource = ""] = PATH.exec(url.pathname) ?? [];
    const query = Object.fromEntries(url.searchParams);
    const { authorization } = request.headers;
    this.requests.push({ resource, namespace, query, authorization });
    const queued = this.#answers.findIndex((one) => one.resource === resource);
    const [answer] = queued < 0 ? [] : this.#answers.splice(queued, 1);
    if (answer?.reply.hang) return;
    if (answer !== undefined) {
      response.writeHead(answer.reply.status, answer.reply.headers ?? {});
      response.end(answer.reply.body ?? "");
    } else if (this.token !== undefined && authorization !== `Bearer ${this.token}`) {
      refuse(response, 401, "Unauthorized");
    } else if (!(resource in KINDS)) refuse(response, 404, "NotFound");
    else if (query.watch === "true") this.#watch(resource, namespace, query, response);
    else this.#list(resource, namespace, query, response);
  }

  #list(resource: string, namespace: string | undefined, query: Record<string, string>, response: ServerResponse): void {
    const page = query.continue === undefined ? this.#snapshot(resource, namespace) : this.#pages.get(query.continue);
    if (page === undefined) {
      refuse(response, 410, "Expired");
      return;
    }
    const limit = Number(query.limit ?? Number.POSITIVE_INFINITY);
    const rest = page.rest.slice(limit);
    const next = rest.length === 0 ? undefined : `token-${this.#pages.size}-${page.version}`;
    if (next !== undefined) this.#pages.set(next, { rest, version: page.version });
    const metadata = { resourceVersion: String(page.version), ...(next === undefined ? {} : { continue: next }) };
    // Items of a list carry neither kind nor apiVersion.
    const items = page.rest.slice(0, limit).map(({ kind: _, apiVersion: __, ...item }) => item);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ kind: `${KINDS[resource]}List`, apiVersion: "v1", metadata, items }));
  }

  #snapshot(resource: string, namespace: string | undefined): { rest: readonly KubernetesObject[]; version: number } {
    const rest = this.objects(resource).filter((object) => namespace === undefined || object.metadata.namespace === namespace);
    return { rest, version: this.#version };
  }

  #watch(resource: string, namespace: string | undefined, query: Record<string, string>, response: ServerResponse): void {
    const from = Number(query.resourceVersion);
    const isForgotten = from < this.#compacted;
    if (isForgotten && this.expiresBy === "status") {
      refuse(response, 410, "Expired");
      return;
    }
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    if (isForgotten) {
      response.end(`${JSON.stringify({ type: "ERROR", object: statusOf(410, "Expired") })}\n`);
      return;
    }
    const watcher = { resource, namespace, response, wantsBookmarks: query.allowWatchBookmarks === "true" };
    for (const entry of this.#history) if (entry.version > from) send(watcher, entry);
    this.#watchers.add(watcher);
    response.on("close", () => this.#watchers.delete(watcher));
  }

  #versioned(object: KubernetesObject): KubernetesObject {
    this.#version += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
  }

  #tell(entry: HistoryEntry): void {
    this.#history.push(entry);
    for (const watcher of this.#watchers) send(watcher, entry);
  }
}

function send(watcher: Watcher, { resource, type, object }: HistoryEntry): void {
  if (watcher.resource !== resource) return;
  if (watcher.namespace !== undefined && watcher.namespace !== object.metadata.namespace) return;
  watcher.response.write(`${JSON.stringify({ type, object })}\n`);
}

function refuse(response: ServerResponse, code: number, reason: string): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(JSON.stringify(statusOf(code, reason)));
}

function statusOf(code: number, reason: string) {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: `${reason}, says the server`,
    reason,
    code,
  };
}
