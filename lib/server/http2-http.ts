import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { Readable } from "node:stream";
import type { AuthContext, HttpContext } from "../call/server-call.js";
import type { Peer } from "../grpc/wire/grpc-stream.js";
import { letGoAfterwards } from "../grpc/wire/let-go.js";
import { closeBody } from "../http/close-body.js";
import type { HttpRequest, HttpResponse } from "../http/http-message.js";
import { Http2Body } from "./http2-body.js";
import { createExchange, type Http2Request } from "./http2-exchange.js";
import { toHttp2Headers } from "./http2-socket.js";
import { readTarget } from "./node-http.js";
import { PieceWriter } from "./piece-writer.js";
import { writeHttpResponse } from "./write-http-response.js";

/** A request that is answered on the HTTP/2 stream itself, unless somebody asks for node's request and response. */
export class Http2HttpRequest implements HttpRequest {
  readonly httpMethod: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly parsedBody = undefined;
  readonly #request: Http2Request;
  readonly #peer: Peer;
  #body: Readable | undefined;
  #context: HttpContext | undefined;

  constructor(request: Http2Request, peer: Peer) {
    const { headers } = request;
    const { path, query } = readTarget(headers[":path"]);
    this.httpMethod = headers[":method"] ?? "GET";
    this.path = path;
    this.query = query;
    this.headers = headers;
    this.#request = request;
    this.#peer = peer;
  }

  get body(): Readable {
    this.#body ??= this.#context === undefined ? new Http2Body(this.#request.stream) : this.#context.req;
    return this.#body;
  }

  getPeer(): string {
    return this.#peer.address;
  }

  getAuthContext(): AuthContext {
    return this.#peer.getAuthContext();
  }

  onAbort(listener: () => void): void {
    const { stream } = this.#request;
    if (stream.destroyed) listener();
    else stream.once("close", () => (stream.aborted ? listener() : undefined));
  }

  /** Made for the interceptor or the app that asks for it; the response goes through it then. */
  get context(): HttpContext {
    this.#context ??= createExchange(this.#request, { withBody: this.#body === undefined });
    return this.#context;
  }

  /** Send a response; a stream is sent as it comes, no faster than the client reads. */
  async respond(response: HttpResponse): Promise<void> {
    if (this.#context !== undefined) return writeHttpResponse(this.#context.res, response);
    return writeHttp2Response(this.#request.stream, response);
  }
}

async function writeHttp2Response(stream: ServerHttp2Stream, response: HttpResponse): Promise<void> {
  const { status, body, trailers } = response;
  if (stream.destroyed || stream.closed || stream.headersSent) return closeBody(body);
  const headers = toHttp2Headers(response.headers, status);
  letGoAfterwards(stream);
  if (typeof body === "object" && !(body instanceof Uint8Array)) {
    await writePieces(stream, body, { headers, trailers });
    return;
  }
  const trailing = trailers?.();
  if (body !== undefined) headers["content-length"] = Buffer.byteLength(body);
  if (trailing !== undefined)
    stream.once("wantTrailers", () => stream.sendTrailers(toHttp2Headers(trailing)));
  stream.respond(headers, { waitForTrailers: trailing !== undefined });
  stream.end(body);
}

async function writePieces(
  stream: ServerHttp2Stream,
  body: AsyncIterable<string | Uint8Array>,
  { headers, trailers }: Pick<HttpResponse, "headers" | "trailers">,
): Promise<void> {
  let trailing: ReturnType<NonNullable<typeof trailers>>;
  if (trailers !== undefined)
    stream.once("wantTrailers", () => stream.sendTrailers(toHttp2Headers(trailing ?? {})));
  stream.respond(headers, { waitForTrailers: trailers !== undefined });
  try {
    if (!(await new PieceWriter(stream).writeAll(body))) return;
  } catch {
    // The call has told onError; all that the client can be told now is that the response is not complete.
    stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    return;
  }
  trailing = trailers?.();
  stream.end();
}
