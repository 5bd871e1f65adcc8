import type { IncomingMessage, ServerResponse } from "node:http";
import {
  constants,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { Socket } from "node:net";
import type { ChannelOptions } from "@grpc/grpc-js";
import { drainOnClose } from "../grpc/wire/drain-session.js";
import { type GrpcOverHttp2, isGrpc } from "../grpc/wire/grpc-over-http2.js";
import type { Peer } from "../grpc/wire/grpc-stream.js";
import { type ConnectionPolicy, keepConnection } from "../grpc/wire/keep-connection.js";
import type { HttpHandler } from "../http/http-message.js";
import type { Http2Request } from "./http2-exchange.js";
import { Http2HttpRequest } from "./http2-http.js";
import { printPeer, readAuthContext } from "./peer.js";

/** An Express app, or any other function that answers node's requests. */
export type RequestListener = (req: IncomingMessage, res: ServerResponse) => unknown;

export interface Http2HostOptions {
  readonly grpc: GrpcOverHttp2;
  readonly handler: HttpHandler;
  /** What is neither. */
  readonly app: RequestListener | undefined;
  readonly channelOptions: ChannelOptions;
  readonly policy: ConnectionPolicy;
}

/** Serves HTTP/2 connections: each stream of them is a gRPC call, a request to the services, or one for the app. */
export interface Http2Host {
  serve(socket: Socket): void;
  /** Tell the clients to go: no new streams, those at work go on. Resolves when all connections are closed. */
  close(): Promise<void>;
}

/** The streams that a connection may have at once; gRPC's clients open further connections, or wait. */
const defaultMaxStreams = 1000;
/** What the headers of one request may add up to, in bytes. */
const defaultMaxHeaders = 16 * 1024;
/** Megabytes that one connection may hold, mostly responses that its client is slow to read. */
const maxSessionMemory = 128;

export function createHttp2Host(options: Http2HostOptions): Http2Host {
  const { channelOptions, policy } = options;
  const sessions = new Set<ServerHttp2Session>();
  let isClosing = false;
  const window = channelOptions["grpc-node.flow_control_window"];
  const sessionOptions = {
    // As grpc-js has it: the client says how much it takes.
    maxSendHeaderBlockLength: Number.MAX_SAFE_INTEGER,
    maxSessionMemory: channelOptions["grpc-node.max_session_memory"] ?? maxSessionMemory,
    settings: {
      enablePush: false,
      maxConcurrentStreams: channelOptions["grpc.max_concurrent_streams"] ?? defaultMaxStreams,
      maxHeaderListSize: channelOptions["grpc.max_metadata_size"] ?? defaultMaxHeaders,
      ...(window === undefined ? {} : { initialWindowSize: window }),
    },
  };

  return {
    serve(socket) {
      // node's HTTP/1.1 server lets clients close their half and wait; one of HTTP/2 that does so has left.
      socket.allowHalfOpen = false;
      const session = performServerHandshake(socket, sessionOptions);
      const peer = {
        address: printPeer(socket.remoteAddress, socket.remotePort),
        getAuthContext: () => readAuthContext(socket),
      };
      sessions.add(session);
      session.once("close", () => sessions.delete(session));
      // A client that leaves or misbehaves ends its session; its streams tell the calls.
      session.on("error", ignore);
      socket.on("error", () => session.destroy());
      if (window !== undefined) session.setLocalWindowSize(window);
      const draining = drainOnClose(session, socket);
      keepConnection(session, policy);
      // It came at the last moment: its client is to ask elsewhere.
      if (isClosing) session.close();
      session.on("stream", (stream, headers) => {
        stream.on("error", ignore).on("aborted", destroyReset).on("end", destroyReset);
        // Its client has reset it, or left, in the packet that opened it: node throws at whatever would answer it.
        if (stream.destroyed || stream.closed || draining.isTooLate(stream.id ?? 0)) return;
        if (isGrpc(headers["content-type"])) options.grpc(stream, headers, peer);
        else serveHttp({ stream, headers, connection: socket }, peer, options);
      });
    },
    async close() {
      isClosing = true;
      await Promise.all(
        [...sessions].map((session) => new Promise<void>((resolve) => closeSession(session, resolve))),
      );
    },
  };
}

function ignore(): void {}

/**
 * A client may reset a stream without naming an error. Node then waits for somebody to read what has come of the body
 * and, up to Node 20, for a response to leave that cannot leave any more.
 */
function destroyReset(this: ServerHttp2Stream): void {
  const isReset = this.closed && this.rstCode === constants.NGHTTP2_NO_ERROR;
  if (isReset && !this.writableFinished) this.destroy();
}

function closeSession(session: ServerHttp2Session, done: () => void): void {
  if (session.destroyed) done();
  else {
    session.once("close", done);
    session.close();
  }
}

function serveHttp(request: Http2Request, peer: Peer, { handler, app }: Http2HostOptions): void {
  const { stream, headers } = request;
  if (headers[":method"] === "CONNECT") {
    stream.respond({ ":status": 501 }, { endStream: true });
    return;
  }
  if (headers.expect === "100-continue") stream.additionalHeaders({ ":status": 100 });
  const httpRequest = new Http2HttpRequest(request, peer);
  const response = handler.handle(httpRequest);
  if (response === undefined && app !== undefined) {
    const { req, res } = httpRequest.context;
    app(req, res);
    return;
  }
  Promise.resolve(response ?? handler.answerNotFound(httpRequest))
    .then((settled) => httpRequest.respond(settled))
    // Only a fault of ours comes here: everything a handler or a client does wrong is a response.
    .catch(() => closeFailed(stream));
}

function closeFailed(stream: ServerHttp2Stream): void {
  stream.close(constants.NGHTTP2_INTERNAL_ERROR);
}
