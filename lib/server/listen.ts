import { createServer, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { TlsOptions } from "node:tls";
import type { ChannelOptions } from "@grpc/grpc-js";
import { CallsInFlight } from "../call/calls-in-flight.js";
import { codes, RpcError } from "../call/rpc-error.js";
import type { Health } from "../grpc/health.js";
import { readTime } from "../grpc/read-time.js";
import { collectMethods } from "../grpc/served-methods.js";
import { type BuiltInOptions, withBuiltInServices } from "../grpc/served-services.js";
import { createGrpcOverHttp2, isGrpc } from "../grpc/wire/grpc-over-http2.js";
import { readConnectionPolicy } from "../grpc/wire/keep-connection.js";
import type { HttpHandler } from "../http/http-message.js";
import type { Services } from "../services.js";
import { toTranscoder } from "./create-transcoder.js";
import { forwardUpgrades } from "./forward-upgrades.js";
import { createHttpHandler, type TranscodingOptions } from "./http-handler.js";
import { createHttp1Drain, type Http1Drain } from "./http1-drain.js";
import { createHttp2Host, type Http2Host, type RequestListener } from "./http2-host.js";
import { type PlaceOptions, resolvePlace } from "./place.js";
import { sniffProtocol } from "./sniff-protocol.js";

export interface ListenOptions extends TranscodingOptions, BuiltInOptions, PlaceOptions {
  /**
   * Answers what is neither a gRPC call nor a route of the services: an Express app, or any function of node's request
   * and response. Its middleware does not see the routes that are answered before it. WebSocket upgrades go to the
   * `"upgrade"` listeners of the returned `server`, and to those of the app if it has any.
   */
  readonly app?: RequestListener | undefined;
  /** Key, certificate and the like, as node:tls takes them, for TLS on the port. */
  readonly tls?: TlsOptions | undefined;
  /** Milliseconds that `shutdown` waits for calls to end before it cancels them: 10,000 unless given. */
  readonly gracePeriod?: number | undefined;
  /** Milliseconds that a client has for its first bytes, before it is closed: 10,000 unless given, 0 for any number. */
  readonly sniffTimeout?: number | undefined;
  /** Message sizes, compression, keepalive, connection age and the like of gRPC, as grpc-js names them. */
  readonly channelOptions?: ChannelOptions | undefined;
}

/** Milliseconds that the clients of cancelled calls have to read that they are, before they are cut off. */
const leaveTime = 1_000;

/** Those that `listen` takes beside the ones of every host. */
const listenOptions = [
  "app",
  "port",
  "host",
  "path",
  "socketMode",
  "tls",
  "gracePeriod",
  "sniffTimeout",
  "channelOptions",
  "reflection",
  "health",
];

export interface Listening extends AsyncDisposable {
  /** Node's HTTP server, for its events and timeouts; WebSocket libraries attach to it. */
  readonly server: Server;
  /** As `net.Server#address` gives it: the path of a Unix socket, or address and port. */
  readonly address: string | AddressInfo;
  /** What probes and load balancers are told. */
  readonly health: Health;
  /**
   * Tell probes that nothing is served any more, accept no new connections and calls, wait for those in flight, and
   * cancel what is left after the grace period.
   */
  shutdown(): Promise<void>;
}

/**
 * Serve everything on one port: REST over HTTP/1.1 and HTTP/2, native gRPC, and an app for the rest.
 *
 *     const { address, shutdown } = await listen(services, { app, port: 8080 });
 *     // curl localhost:8080/v1/greeter/world
 *     // grpcurl -plaintext -d '{"name":"world"}' localhost:8080 greet.v1.Greeter/SayHello
 *
 * Without TLS the first bytes of a connection tell HTTP/2 from HTTP/1.1, with TLS the two sides negotiate it. One
 * HTTP/2 connection may carry gRPC calls and other requests at once.
 *
 * @throws ConfigError for options that do not exist or do not fit.
 * @throws Error when the address cannot be listened on.
 */
export async function listen(services: Services, options: ListenOptions): Promise<Listening> {
  const {
    app,
    port,
    host,
    path,
    socketMode,
    tls,
    gracePeriod = 10_000,
    sniffTimeout: sniffOption = 10_000,
    channelOptions = {},
    reflection,
    health,
    ...transcoding
  } = options;
  const place = resolvePlace({ port, host, path, socketMode });
  const grace = readTime("gracePeriod", gracePeriod);
  // As in node, 0 switches a limit of time off.
  const sniffTimeout = readTime("sniffTimeout", sniffOption) ?? 0;
  const served = withBuiltInServices(services, { reflection, health });
  const builtIn = served.all.filter((one) => one !== services);
  const inFlight = new CallsInFlight();
  const handler = createHttpHandler(services, transcoding, { builtIn, inFlight, options: listenOptions });
  const http2 = createHttp2Host({
    grpc: createGrpcOverHttp2(collectMethods(served.all, transcoding), channelOptions, inFlight),
    handler,
    app,
    channelOptions,
    policy: readConnectionPolicy(channelOptions),
  });

  const server = createHttpServer(tls, sniffTimeout);
  const drain = createHttp1Drain(server);
  const answer = createRequestListener(handler, app);
  server.on("request", (req, res) => {
    drain.begin(req, res);
    answer(req, res);
  });
  // A TLS connection whose handshake does not end is no connection yet, but keeps the server.
  if (tls !== undefined) server.on("connection", drain.addHandshake);
  dispatchConnections(server, tls === undefined ? "connection" : "secureConnection", {
    onConnection: drain.add,
    http2: http2.serve,
    sniffTimeout,
  });
  const release = await place.listen(server);
  forwardUpgrades(server, app);

  let stopping: Promise<void> | undefined;
  function shutdown(): Promise<void> {
    if (stopping === undefined) {
      served.stop();
      stopping = stop({ drain, http2, release, inFlight, grace });
    }
    return stopping;
  }

  return {
    server,
    address: place.addressOf(server),
    health: served.health,
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

function createHttpServer(tls: TlsOptions | undefined, handshakeTimeout: number): Server {
  if (tls === undefined) return createServer();
  return createTlsServer({ ALPNProtocols: ["h2", "http/1.1"], handshakeTimeout, ...tls });
}

/** What answers requests of HTTP/1.1. */
function createRequestListener(handler: HttpHandler, app: RequestListener | undefined): RequestListener {
  const transcode = toTranscoder(handler);
  return (req, res) => {
    if (isGrpc(req.headers["content-type"])) refuseGrpc(res);
    else if (app === undefined) transcode(req, res);
    else transcode(req, res, () => app(req, res));
  };
}

/** What a server takes to stop. */
interface Running {
  readonly drain: Http1Drain;
  readonly http2: Http2Host;
  readonly inFlight: CallsInFlight;
  readonly release: () => Promise<void>;
  readonly grace: number | undefined;
}

async function stop({ drain, http2, inFlight, release, grace }: Running): Promise<void> {
  const destroy = () => drain.destroy();
  const end = () => {
    // What has been answered already, or is no call, has had its time.
    if (inFlight.cancel(createStoppedError)) timer = setTimeout(destroy, leaveTime);
    else destroy();
  };
  let timer = grace === undefined ? undefined : setTimeout(end, grace);
  // A file that cannot be removed must not keep connections.
  const [, , released] = await Promise.allSettled([drain.stop(), http2.close(), release()]);
  clearTimeout(timer);
  if (released.status === "rejected") throw released.reason;
}

/** The status that grpc-js ends calls with, too. */
function createStoppedError(): RpcError {
  return new RpcError(codes.CANCELLED, "the server is shutting down");
}

/** Where a proxy in front has turned gRPC's HTTP/2 into HTTP/1.1, its calls cannot be answered. */
function refuseGrpc(res: ServerResponse): void {
  res.writeHead(505, { "content-type": "text/plain; charset=utf-8", connection: "close" });
  res.end("gRPC needs HTTP/2: a proxy in front of this server speaks HTTP/1.1 to it\n");
}

interface Dispatch {
  readonly onConnection: (socket: Socket) => void;
  readonly http2: (socket: Socket) => void;
  readonly sniffTimeout: number;
}

/** Put the choice of protocol before node's own listener for new connections. */
function dispatchConnections(
  server: Server,
  event: "connection" | "secureConnection",
  { onConnection, http2, sniffTimeout }: Dispatch,
): void {
  const serveHttp1 = server.listeners(event) as ((socket: Socket) => void)[];
  server.removeAllListeners(event);
  server.on(event, (socket: Socket) => {
    onConnection(socket);
    const http1 = () => {
      for (const serve of serveHttp1) serve.call(server, socket);
    };
    sniffProtocol(socket, { http1, http2 }, sniffTimeout);
  });
}
