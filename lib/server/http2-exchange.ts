import { IncomingMessage, ServerResponse } from "node:http";
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { HttpContext } from "../call/server-call.js";
import { createAbortError, feedBody } from "./http2-body.js";
import { Http2Socket } from "./http2-socket.js";

/** A stream of an HTTP/2 connection with the headers that opened it. */
export interface Http2Request {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  readonly connection: Socket;
}

/**
 * Make node's own request and response of an HTTP/2 stream, for Express and all that cannot take node's HTTP/2
 * objects: Express gives `req` and `res` the prototypes of HTTP/1.1.
 *
 * @param withBody the request has the body; otherwise somebody else reads it, and the request is at its end.
 */
export function createExchange(
  { stream, headers, connection }: Http2Request,
  { withBody }: { readonly withBody: boolean },
): HttpContext {
  const socket = new Http2Socket(stream, connection, headers[":method"] === "HEAD");
  // The declaration asks for a net.Socket; what a request uses of it is here.
  const req = new IncomingMessage(socket as unknown as Socket);
  req.method = headers[":method"] ?? "GET";
  req.url = headers[":path"] ?? "/";
  req.headers = toHttp1Headers(headers, stream);
  req.rawHeaders = Object.entries(req.headers).flatMap(([name, value]) =>
    [value ?? []].flat().flatMap((one) => [name, one]),
  );
  req.httpVersionMajor = 1;
  req.httpVersionMinor = 1;
  // A response to version 1.1 may have trailers.
  const res = new ServerResponse(req);
  req.httpVersionMajor = 2;
  req.httpVersionMinor = 0;
  req.httpVersion = "2.0";
  attachResponse(socket, res);
  socket.on("timeout", () => onTimeout(socket, { req, res }));
  stream.once("close", () => {
    if (!res.writableFinished) req.destroy(createAbortError());
  });
  stream.once("trailers", (trailers: IncomingHttpHeaders) => Object.assign(req.trailers, trailers));
  const end = () => {
    req.complete = true;
  };
  if (withBody) feedBody(req, stream, end);
  else {
    end();
    req.push(null);
  }
  return { req, res };
}

function toHttp1Headers(headers: IncomingHttpHeaders, stream: ServerHttp2Stream): IncomingHttpHeaders {
  const copy: IncomingHttpHeaders = Object.create(null);
  for (const [name, value] of Object.entries(headers)) if (!name.startsWith(":")) copy[name] = value;
  copy.host ??= headers[":authority"];
  // By one of these two, parsers of bodies see that there is one.
  if (!stream.endAfterHeaders && copy["content-length"] === undefined) copy["transfer-encoding"] = "chunked";
  return copy;
}

/** What node's own server does for a response at an HTTP/1.1 socket. */
function attachResponse(socket: Http2Socket, res: ServerResponse): void {
  // Not documented, but what hosts of node's responses build upon.
  (res as ServerResponse & { assignSocket(socket: Duplex): void }).assignSocket(socket);
  // What node's own server tells a response, no other can: that it may go on.
  Object.defineProperty(res, "writableNeedDrain", {
    configurable: true,
    get: () => !res.writableEnded && socket.writableNeedDrain,
  });
  socket.on("drain", () => {
    if (!res.writableEnded) res.emit("drain");
  });
  res.once("finish", () => {
    // What nobody reads goes by, so that the request ends; who reads may go on.
    const { req } = res;
    if (req.listenerCount("data") === 0 && req.listenerCount("readable") === 0) req.resume();
    socket.finish();
  });
}

/** As in node's own server, what nobody listens for ends the request. */
function onTimeout(socket: Http2Socket, { req, res }: HttpContext): void {
  const isHeardByRequest = !req.complete && req.emit("timeout", socket);
  const isHeardByResponse = res.emit("timeout", socket);
  if (!isHeardByRequest && !isHeardByResponse) socket.destroy();
}
