import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { type ChannelOptions, Metadata } from "@grpc/grpc-js";
import type { CallsInFlight } from "../../call/calls-in-flight.js";
import { codes, RpcError } from "../../call/rpc-error.js";
import { parseGrpcTimeout } from "../../http/grpc-timeout.js";
import { type CompressionName, chooseCompression, grpcCompressions } from "../../rpc/compressions.js";
import { abandonCall, openCall, serveCall } from "../../rpc/serve-call.js";
import type { ServedMethod } from "../served-methods.js";
import { GrpcStream, type Peer } from "./grpc-stream.js";
import { letGoAfterwards } from "./let-go.js";
import { RequestReader } from "./request-reader.js";

/** Answers a gRPC call that came as a stream of an HTTP/2 connection. */
export type GrpcOverHttp2 = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, peer: Peer) => void;

/** What grpc-js accepts unless told otherwise. */
const defaultReceiveLimit = 4 * 1024 * 1024;

/** The numbers by which gRPC's libraries know compressions. */
const compressionNumbers: Readonly<Record<number, CompressionName>> = { 1: "deflate", 2: "gzip" };

/**
 * Tell whether a request is a gRPC call; gRPC-Web, whose content type begins alike, is not.
 *
 *     isGrpc("application/grpc")              // true
 *     isGrpc("application/grpc+proto")        // true
 *     isGrpc("application/grpc-web+proto")    // false
 */
export function isGrpc(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/grpc(?:[+;\s]|$)/i.test(contentType);
}

/**
 * Serve native gRPC on HTTP/2 streams that somebody else has accepted, with the same handlers and interceptors.
 *
 * @param channelOptions message sizes and compression, as grpc-js names them.
 * @param inFlight where the calls are counted.
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/PROTOCOL-HTTP2.md
 */
export function createGrpcOverHttp2(
  methods: ReadonlyMap<string, ServedMethod>,
  channelOptions: ChannelOptions,
  inFlight: CallsInFlight,
): GrpcOverHttp2 {
  const receiveLimit = readLimit(channelOptions["grpc.max_receive_message_length"] ?? defaultReceiveLimit);
  const sendLimit = channelOptions["grpc.max_send_message_length"] ?? -1;
  const preferred = compressionNumbers[channelOptions["grpc.default_compression_algorithm"] ?? 0];

  return function answerGrpc(stream, headers, peer) {
    const refusal = refuse(headers);
    if (refusal !== undefined) {
      letGoAfterwards(stream);
      stream.respond(
        { ":status": refusal, ...(refusal === 405 ? { allow: "POST" } : {}) },
        { endStream: true },
      );
      return;
    }
    const known = methods.get(String(headers[":path"]));
    const accepted = String(headers["grpc-accept-encoding"] ?? "");
    const compression = preferred && chooseCompression(accepted, [preferred]);
    const onError = known?.options.onError ?? (() => {});
    const responses = new GrpcStream(stream, { peer, headers, compression, sendLimit, onError });
    if (known === undefined) {
      const details = `the server does not have the method ${headers[":path"]}`;
      responses.fail({ code: codes.UNIMPLEMENTED, details, metadata: new Metadata() });
      return;
    }
    const fault = findFault(headers);
    const { endpoint, coding, options } = known;
    const timeout = parseGrpcTimeout(String(headers["grpc-timeout"] ?? ""));
    const deadline = timeout === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeout;
    const call = openCall(endpoint, responses, deadline);
    call.join(inFlight);
    const encoding = fault === undefined ? readEncoding(headers) : undefined;
    const requests = new RequestReader(stream, { compression: encoding, limit: receiveLimit });
    stream.on("close", () => {
      abandonCall(call);
      requests.abandon();
    });
    serveCall({ endpoint, call, coding, requests, responses, writeStatus: options.writeStatus, fault });
  };
}

/** The HTTP status for what is no gRPC request at all. */
function refuse(headers: IncomingHttpHeaders): number | undefined {
  if (headers[":method"] !== "POST") return 405;
  // Messages come and go as protobuf: the only form that the handlers of grpc-js know, too.
  const [, format = "proto"] =
    /^application\/grpc(?:\+([\w.-]+))?/i.exec(headers["content-type"] ?? "") ?? [];
  return format.toLowerCase() === "proto" ? undefined : 415;
}

/** What of the headers cannot be read: interceptors see such a call fail. */
function findFault(headers: IncomingHttpHeaders): { readonly error: RpcError } | undefined {
  const timeout = headers["grpc-timeout"];
  if (timeout !== undefined && parseGrpcTimeout(String(timeout)) === undefined) {
    return { error: new RpcError(codes.INTERNAL, `invalid grpc-timeout "${timeout}"`) };
  }
  const encoding = String(headers["grpc-encoding"] ?? "identity");
  if (encoding !== "identity" && !grpcCompressions.some((name) => name === encoding)) {
    return { error: new RpcError(codes.UNIMPLEMENTED, `unsupported grpc-encoding "${encoding}"`) };
  }
  return undefined;
}

function readLimit(limit: number): number {
  return limit === -1 ? Number.POSITIVE_INFINITY : limit;
}

/** Known, as it has been looked for faults. */
function readEncoding(headers: IncomingHttpHeaders): CompressionName | undefined {
  const encoding = headers["grpc-encoding"];
  return encoding === undefined || encoding === "identity" ? undefined : (encoding as CompressionName);
}
