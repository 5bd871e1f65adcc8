import type { IncomingMessage, ServerResponse } from "node:http";
import { codes } from "../call/rpc-error.js";
import type { HttpResponse } from "../http/http-message.js";
import type { Services } from "../services.js";
import { createHttpHandler, type TranscodingOptions } from "./http-handler.js";
import { toHttpRequest, writeHttpResponse } from "./node-http.js";

/** Middleware for node:http, Express, Connect, Fastify and the like. */
export type Transcoder = (
  req: IncomingMessage,
  res: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/**
 * Serve the REST routes of services without Express.
 *
 *     http.createServer(createTranscoder(services)).listen(3000);
 *
 * A path that no rule has goes to `next`; without one, to a 404 with a `google.rpc.Status` body.
 *
 * @throws ConfigError for options that do not exist or do not fit.
 */
export function createTranscoder(services: Services, options: TranscodingOptions = {}): Transcoder {
  const handle = createHttpHandler(services, options);
  return function transcode(req, res, next) {
    const response = handle(toHttpRequest(req, res));
    if (response === undefined) {
      if (next === undefined) void writeHttpResponse(res, notFound(req));
      else next();
    } else if (response instanceof Promise) {
      response.then((settled) => writeHttpResponse(res, settled)).catch((error) => fail(error, res, next));
    } else void writeHttpResponse(res, response);
  };
}

function notFound({ method, url }: IncomingMessage): HttpResponse {
  const message = `no route for ${method} ${url}`;
  return {
    status: 404,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify({ code: codes.NOT_FOUND, message, details: [] }),
  };
}

/** Only a fault of ours comes here: everything a handler or a client does wrong is a response. */
function fail(error: unknown, res: ServerResponse, next: ((error?: unknown) => void) | undefined): void {
  if (next !== undefined && !res.headersSent) next(error);
  else res.destroy();
}
