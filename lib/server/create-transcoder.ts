import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpHandler, HttpResponse } from "../http/http-message.js";
import type { Services } from "../services.js";
import { createHttpHandler, type TranscodingOptions } from "./http-handler.js";
import { toHttpRequest } from "./node-http.js";
import { writeHttpResponse } from "./write-http-response.js";

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
  return toTranscoder(createHttpHandler(services, options));
}

/** The middleware of a handler that has been compiled before. */
export function toTranscoder(handler: HttpHandler): Transcoder {
  return function transcode(req, res, next) {
    const request = toHttpRequest(req, res);
    const response = handler.handle(request);
    const report = (error: unknown) => fail(error, res, next);
    if (response instanceof Promise) response.then((settled) => send(res, settled, report), report);
    else if (response !== undefined) send(res, response, report);
    else if (next !== undefined) next();
    else send(res, handler.answerNotFound(request), report);
  };
}

function send(res: ServerResponse, response: HttpResponse, report: (error: unknown) => void): void {
  try {
    writeHttpResponse(res, response)?.catch(report);
  } catch (error) {
    report(error);
  }
}

/** Only a fault of ours comes here: everything a handler or a client does wrong is a response. */
function fail(error: unknown, res: ServerResponse, next: ((error?: unknown) => void) | undefined): void {
  if (next !== undefined && !res.headersSent) next(error);
  else res.destroy();
}
