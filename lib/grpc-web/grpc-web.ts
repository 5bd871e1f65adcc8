import type { IncomingHttpHeaders } from "node:http";
import type { Endpoint } from "../call/endpoint.js";
import { readGrpcTimeout } from "../http/grpc-timeout.js";
import type { HttpRequest, HttpResponse } from "../http/http-message.js";
import { readChunks } from "../http/parsed-body.js";
import { readCallHeaders, type WireHeaders } from "../rpc/call-headers.js";
import { grpcCompressions } from "../rpc/compressions.js";
import { FramedCall } from "../rpc/framed-call.js";
import { createBinaryCoding, createJsonCoding } from "../rpc/message-coding.js";
import { createMessageReader } from "../rpc/message-reader.js";
import type { RpcProtocol } from "../rpc/rpc-protocol.js";
import type { RpcSettings } from "../rpc/rpc-settings.js";
import { serveCall } from "../rpc/serve-call.js";
import { type GrpcWebType, parseGrpcWebType } from "./content-type.js";
import { decodeBase64Pieces } from "./decode-base64-pieces.js";
import { createGrpcWebForm } from "./grpc-web-form.js";

const wire: WireHeaders = {
  encoding: "grpc-encoding",
  acceptEncoding: "grpc-accept-encoding",
  compressions: grpcCompressions,
  readTimeout: readGrpcTimeout,
};

/**
 * gRPC-Web: gRPC for the programs of browsers, which neither see the trailers of HTTP nor choose its version.
 *
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/PROTOCOL-WEB.md
 */
export function createGrpcWeb(settings: RpcSettings): RpcProtocol {
  const { codecs, bodyLimit, writeStatus } = settings;

  async function answer(request: HttpRequest, endpoint: Endpoint, type: GrpcWebType): Promise<HttpResponse> {
    const { headers } = request;
    const { requestCompression, responseCompression, fault, ...opening } = readCallHeaders(
      headers,
      wire,
      settings,
    );
    const form = createGrpcWebForm(responseType(headers, type), responseCompression);
    const served = new FramedCall(endpoint, request, {
      ...settings,
      ...opening,
      protocol: "grpc-web",
      form,
      compression: responseCompression,
    });
    const pieces = readChunks(request);
    serveCall({
      endpoint,
      call: served.call,
      coding: type.format === "json" ? createJsonCoding(endpoint, codecs) : createBinaryCoding(endpoint),
      requests: createMessageReader(type.isText ? decodeBase64Pieces(pieces) : pieces, {
        compression: requestCompression,
        limit: bodyLimit,
      }),
      responses: served,
      writeStatus,
      fault,
    });
    return served.response;
  }

  return {
    handle(request, endpoint) {
      if (request.httpMethod !== "POST") return undefined;
      const type = parseGrpcWebType(request.headers["content-type"] ?? "");
      return type && answer(request, endpoint, type);
    },
    describe: () => ({
      httpMethods: ["POST"],
      contentTypes: ["application/grpc-web", "application/grpc-web-text", "application/grpc-web+json"],
    }),
  };
}

/** A client that can read nothing but text says so, whatever it sends. */
function responseType({ accept }: IncomingHttpHeaders, type: GrpcWebType): GrpcWebType {
  return accept?.startsWith("application/grpc-web-text") ? { ...type, isText: true } : type;
}
