import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { AuthContext, HttpContext } from "../call/server-call.js";

// HTTP as protocols see it: without sockets, without Express. A host makes the request and writes the response.

export interface HttpRequest {
  readonly httpMethod: string;
  /** The path as sent, from the mount point on, without the query. */
  readonly path: string;
  /** The query as sent, without the `?`; empty when there is none. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** The body, not read yet unless `parsedBody` is set. */
  readonly body: Readable;
  /** What an earlier middleware has made of the body: an object, a text, bytes. */
  readonly parsedBody: unknown;
  getPeer(): string;
  getAuthContext(): AuthContext;
  /** Call back when the client goes away before the response has been written. */
  onAbort(listener: () => void): void;
  /** Express's objects, where the request came through it. */
  readonly context: HttpContext | undefined;
}

/** What answers the requests of a host. */
export interface HttpHandler {
  /** Answer a request, or leave it to the host by returning `undefined`. */
  handle(request: HttpRequest): HttpResponse | Promise<HttpResponse> | undefined;
  /** The 404 of a host that has nothing else to go on with. */
  answerNotFound(request: HttpRequest): HttpResponse;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  /** Pieces of an iterable are sent as they come, no faster than the client reads. */
  readonly body: string | Uint8Array | AsyncIterable<string | Uint8Array> | undefined;
  /** Read after the last piece of an iterable body. */
  readonly trailers?: (() => Readonly<Record<string, string | readonly string[]>> | undefined) | undefined;
}
