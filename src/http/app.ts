/** Puts routes, guard, body reading and error answers on a fastify instance. */
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { TenfoldError } from "../domain/errors.ts";
import { BodyBudget, type HeldBody, readBody } from "./body.ts";
import type { Caller, Guard } from "./guard.ts";
import type { HttpServerOptions } from "./options.ts";
import { clientFault, HttpError, problemOf } from "./problem.ts";
import type { Answer, Route } from "./route.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";
import { tlsOptions } from "./tls.ts";

/** Bodies of operators' requests: a comment and some matchers. */
const SMALL_BODY = 65_536;
/** A message with its blocks, encoded as a form. */
const MEDIUM_BODY = 262_144;
/** A webhook that is signed, which is to be read before it is known who sent it. */
const SIGNED_BODY = 1_048_576;
const EMPTY = Buffer.alloc(0);

export interface App {
  readonly app: FastifyInstance;
  /** From now on requests on open connections get 503, so that load balancers move on. */
  shutDown(): void;
}

export function createApp(options: HttpServerOptions, guard: Guard, routes: readonly Route[]): App {
  const app = createInstance(options);
  const budget = new BodyBudget(options.inFlightLimit);
  const callers = new WeakMap<FastifyRequest, Caller>();
  let closing = false;

  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (request: FastifyRequest, payload: IncomingMessage) =>
    readBody(
      payload,
      { contentLength: request.headers["content-length"], contentEncoding: request.headers["content-encoding"] },
      bodyLimit(request, callers.get(request), options.bodyLimit),
      budget,
    ),
  );
  app.addHook("onRequest", async (_request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (closing) throw new HttpError("overloaded", "the server is shutting down", { status: 503, retryAfter: 5 });
  });
  app.addHook("onResponse", async (request, reply) => {
    options.observe?.({
      route: request.routeOptions.url ?? "unknown",
      method: request.method,
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    });
  });
  app.setErrorHandler((error, request, reply) => {
    const known = clientFault(error);
    if (known === undefined) options.log.error({ err: error, route: request.routeOptions.url ?? "unknown" }, "request failed");
    sendProblem(reply, known ?? error, request.url);
  });
  app.setNotFoundHandler(
    { preValidation: async (request: FastifyRequest) => void guard.check(request, undefined) },
    (request, reply) => {
      sendProblem(reply, unknownRoute(routes, request), request.url);
    },
  );
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      config: { body: route.body },
      onRequest: async (request) => void callers.set(request, guard.check(request, route.scope)),
      handler: async (request, reply) => {
        const held = request.body as HeldBody | undefined;
        try {
          const { params, query, headers } = request;
          const body = held?.bytes ?? EMPTY;
          const shown = callers.get(request) ?? { name: undefined, cluster: undefined };
          const caller = shown.signed === undefined ? shown : guard.checkSigned(shown.signed, body);
          const answer = await route.handle({
            params: params as Readonly<Record<string, string>>,
            query,
            headers,
            body,
            caller,
          });
          return send(reply, answer);
        } finally {
          held?.release();
        }
      },
    });
  }
  return {
    app,
    shutDown: () => {
      closing = true;
    },
  };
}

function bodyLimit(request: FastifyRequest, caller: Caller | undefined, configured: number): number {
  if (caller?.signed !== undefined) return Math.min(SIGNED_BODY, configured);
  const size = (request.routeOptions.config as { body?: Route["body"] } | undefined)?.body;
  if (size === "large") return configured;
  return Math.min(size === "medium" ? MEDIUM_BODY : SMALL_BODY, configured);
}

function createInstance(options: HttpServerOptions): FastifyInstance {
  const shared = {
    logger: false,
    bodyLimit: Number.MAX_SAFE_INTEGER,
    requestTimeout: options.requestTimeout,
    // Longer than the usual minute of load balancers, so that they and not we close idle connections.
    keepAliveTimeout: 72_000,
    forceCloseConnections: "idle",
    return503OnClosing: false,
    routerOptions: { maxParamLength: 512 },
    clientErrorHandler: answerBadHttp,
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      sendProblem(reply.headers(SECURITY_HEADERS), clientFault(error) ?? error, request.url);
    },
  } as const;
  if (options.tls === undefined) return fastify(shared);
  return fastify({ ...shared, https: tlsOptions(options.tls) }) as unknown as FastifyInstance;
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  if ("takeOver" in answer) {
    reply.hijack();
    answer.takeOver(reply.raw);
    return reply;
  }
  reply.code(answer.status);
  if ("bytes" in answer) return reply.headers(answer.headers).send(answer.bytes);
  return reply
    .headers({ "content-type": "application/json; charset=utf-8", "cache-control": "no-store" })
    .send(JSON.stringify(answer.json));
}

function sendProblem(reply: FastifyReply, error: unknown, instance: string): void {
  const problem = problemOf(error, instance.split("?")[0] ?? "/");
  void reply.code(problem.status).headers(problem.headers).send(JSON.stringify(problem.body));
}

/** 405 when the path exists with other methods, otherwise 404. */
function unknownRoute(routes: readonly Route[], request: FastifyRequest): TenfoldError {
  const path = request.url.split("?")[0] ?? "/";
  const methods = routes.filter((route) => matches(route.path, path)).map((route) => route.method);
  if (methods.length === 0) return new TenfoldError("not_found", `there is no ${path}`);
  const allow = [...new Set(methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])))].join(", ");
  return new HttpError("invalid_request", `${request.method} is not allowed here; use ${allow}`, {
    status: 405,
    headers: { allow },
  });
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const given = path.split("/");
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith(":") || part === given[index]);
}

/** Bytes that are not HTTP, or too large or too slow headers: there is no request yet, so the answer is written by hand. */
function answerBadHttp(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable) return;
  const status = error.code === "HPE_HEADER_OVERFLOW" ? 431 : error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
  const problem = problemOf(new HttpError("invalid_request", "the request is not valid HTTP", { status }), "/");
  const body = JSON.stringify(problem.body);
  const head = Object.entries({
    ...SECURITY_HEADERS,
    ...problem.headers,
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.map(([key, value]) => `${key}: ${value}`).join("\r\n")}\r\n\r\n${body}`,
  );
}
