import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { AuthContext, HttpContext } from "../call/server-call.js";
import type { HttpRequest, HttpResponse } from "../http/http-message.js";

/** A request of node:http, or one that Express has dressed up. */
type NodeRequest = IncomingMessage & {
  readonly body?: unknown;
  /** Set by body-parser when it has read the body. */
  readonly _body?: boolean;
  /** The bytes of the body, where a cloud function's host has read it. */
  readonly rawBody?: unknown;
  /** Express's idea of the client, which `trust proxy` bears upon. */
  readonly ip?: string | undefined;
};

/** Read a request of node:http or Express. */
export function toHttpRequest(req: NodeRequest, res: ServerResponse): HttpRequest {
  return new NodeHttpRequest(req, res);
}

class NodeHttpRequest implements HttpRequest {
  readonly httpMethod: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: NodeRequest;
  readonly context: HttpContext;

  constructor(req: NodeRequest, res: ServerResponse) {
    const url = encodeRawBytes(req.url ?? "/");
    const question = url.indexOf("?");
    this.httpMethod = req.method ?? "GET";
    this.path = question === -1 ? url : url.slice(0, question);
    this.query = question === -1 ? "" : url.slice(question + 1);
    this.headers = req.headers;
    this.body = req;
    this.context = { req, res };
  }

  get parsedBody(): unknown {
    const { body: req } = this;
    if (req.rawBody instanceof Uint8Array) return req.rawBody;
    // Some parsers leave an empty object when the body is none of their business, and the body unread.
    return req.body !== undefined && (req._body === true || req.readableDidRead) ? req.body : undefined;
  }

  getPeer(): string {
    const { ip, socket } = this.body;
    const address = ip ?? socket.remoteAddress;
    if (address === undefined) return "unknown";
    // Behind a proxy the port of the connection is the proxy's.
    const port = address === socket.remoteAddress ? `:${socket.remotePort}` : "";
    return address.includes(":") ? `[${address}]${port}` : `${address}${port}`;
  }

  getAuthContext(): AuthContext {
    return readAuthContext(this.body.socket);
  }

  onAbort(listener: () => void): void {
    const { res } = this.context;
    res.once("close", () => {
      if (!res.writableFinished) listener();
    });
  }
}

/** Node hands on the bytes of a URL that no client should send raw as one character each. */
function encodeRawBytes(url: string): string {
  return /[\x80-\xff]/.test(url)
    ? url.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`)
    : url;
}

function readAuthContext(socket: Socket): AuthContext {
  if (!(socket instanceof TLSSocket)) return {};
  const certificate = socket.getPeerCertificate();
  if (Object.keys(certificate).length === 0) return { transportSecurityType: "ssl" };
  return { transportSecurityType: "ssl", sslPeerCertificate: certificate };
}

/** Send a response; a stream is sent as it comes, no faster than the client reads. */
export async function writeHttpResponse(res: ServerResponse, response: HttpResponse): Promise<void> {
  const { status, headers, body, trailers } = response;
  // The client may be gone, or a middleware may have answered in the meantime.
  if (res.destroyed || res.headersSent) return;
  if (typeof body === "object" && !(body instanceof Uint8Array)) {
    res.writeHead(status, headers);
    return writePieces(res, body, trailers);
  }
  const trailing = trailers?.();
  if (trailing !== undefined) {
    // Trailers need chunks.
    res.writeHead(status, headers);
    if (body !== undefined) res.write(body);
    res.addTrailers(toTrailerList(trailing));
    res.end();
    return;
  }
  if (body !== undefined) headers["content-length"] = Buffer.byteLength(body);
  res.writeHead(status, headers);
  res.end(body);
}

async function writePieces(
  res: ServerResponse & { flush?: () => void },
  body: AsyncIterable<string | Uint8Array>,
  trailers: HttpResponse["trailers"],
): Promise<void> {
  // A stream that is slow to start still tells its status.
  res.flushHeaders();
  try {
    for await (const piece of body) {
      if (res.destroyed) return;
      const isWritable = res.write(piece);
      // compression holds messages back until it is told not to.
      res.flush?.();
      if (!isWritable) await untilDrained(res);
      if (res.destroyed) return;
    }
  } catch {
    // The call has told onError; all that the client can be told now is that the response is not complete.
    res.destroy();
    return;
  }
  const trailing = trailers?.();
  if (trailing !== undefined) res.addTrailers(toTrailerList(trailing));
  res.end();
}

function untilDrained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off("drain", done).off("close", done);
      resolve();
    };
    res.once("drain", done).once("close", done);
  });
}

function toTrailerList(trailers: Readonly<Record<string, string | readonly string[]>>): [string, string][] {
  return Object.entries(trailers).flatMap(([name, value]) =>
    typeof value === "string"
      ? [[name, value] as [string, string]]
      : value.map((one): [string, string] => [name, one]),
  );
}
