import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { AuthContext, HttpContext } from "../call/server-call.js";
import type { HttpRequest } from "../http/http-message.js";
import { printPeer, readAuthContext } from "./peer.js";

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
    const { path, query } = readTarget(req.url);
    this.httpMethod = req.method ?? "GET";
    this.path = path;
    this.query = query;
    this.headers = req.headers;
    this.body = req;
    this.context = { req, res };
  }

  get parsedBody(): unknown {
    const { body: req } = this;
    if (req.rawBody instanceof Uint8Array) return req.rawBody;
    // Some parsers leave an empty object when there is no body, or when it is none of their business, and leave that unread.
    if (req.headers["content-length"] === "0") return undefined;
    const isRead = req._body === true || req.readableDidRead || req.readableEnded;
    return isRead ? req.body : undefined;
  }

  getPeer(): string {
    const { ip, socket } = this.body;
    const address = ip ?? socket.remoteAddress;
    // Behind a proxy the port of the connection is the proxy's.
    return printPeer(address, address === socket.remoteAddress ? socket.remotePort : undefined);
  }

  getAuthContext(): AuthContext {
    return readAuthContext(this.body.socket);
  }

  onAbort(listener: () => void): void {
    const { res } = this.context;
    // The client may have left while an earlier middleware was at work.
    if (res.destroyed) listener();
    else
      res.on("close", () => {
        if (!res.writableFinished) listener();
      });
  }
}

/** Split the target of a request into its path and its query, as they came. */
export function readTarget(target = "/"): { readonly path: string; readonly query: string } {
  const url = toOriginForm(encodeRawBytes(target));
  const question = url.indexOf("?");
  if (question === -1) return { path: url, query: "" };
  return { path: url.slice(0, question), query: url.slice(question + 1) };
}

/** What is asked of a proxy is a whole URL, and a server has to take it too. */
function toOriginForm(target: string): string {
  if (target.startsWith("/")) return target;
  const rest = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*(.*)$/is.exec(target)?.[1];
  if (rest === undefined) return target;
  return rest.startsWith("/") ? rest : `/${rest}`;
}

/** Node hands on the bytes of a URL that no client should send raw as one character each. */
function encodeRawBytes(url: string): string {
  return /[\x80-\xff]/.test(url)
    ? url.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`)
    : url;
}
