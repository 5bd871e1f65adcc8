import type { OutgoingHttpHeaders } from "node:http";
import type { Metadata } from "@grpc/grpc-js";
import { codes } from "../call/rpc-error.js";
import { encodeGrpcMessage } from "../http/grpc-message.js";
import { type CompressionName, grpcCompressions } from "../rpc/compressions.js";
import type { FramedForm } from "../rpc/framed-call.js";
import type { GrpcStatus } from "../rpc/grpc-status.js";
import { frameBytes } from "../rpc/message-frames.js";
import { rpcNames, writeRpcMetadata } from "../rpc/rpc-metadata.js";
import { type GrpcWebType, printGrpcWebType } from "./content-type.js";

/** The frame of the trailers, which come at the end of the body: a browser's programs see no others. */
const trailersFlag = 0x80;

/** Proxies give up a response with 4 to 8 KiB of headers, clients of HTTP/1.1 one with 16, those of HTTP/2 one with 64. */
const longestHeaders = 4 * 1024;

/** How gRPC-Web writes what is around the messages of a response. */
export function createGrpcWebForm(type: GrpcWebType, compression: CompressionName | undefined): FramedForm {
  return {
    headers: {
      "content-type": printGrpcWebType(type),
      "grpc-accept-encoding": ["identity", ...grpcCompressions].join(","),
      ...(compression === undefined ? {} : { "grpc-encoding": compression }),
    },
    encodeEnd: (trailers) => encodeTrailers({ "grpc-status": String(codes.OK) }, trailers),
    encodeFailure: (status) => encodeTrailers(printStatus(status), status.metadata),
    encodeFailureHeaders(status) {
      const headers = addMetadata(printStatus(status), status.metadata);
      return printHeaders(headers).length > longestHeaders ? undefined : headers;
    },
    // The client is to read each frame when it comes: base64 of frames that do not wait for each other.
    encodeFrame: type.isText ? (frame) => Buffer.from(frame.toString("base64")) : (frame) => frame,
  };
}

type Headers = Record<string, number | string | string[] | undefined>;

function printStatus({ code, details }: GrpcStatus): Headers {
  return {
    "grpc-status": String(code),
    ...(details === "" ? {} : { "grpc-message": encodeGrpcMessage(details) }),
  };
}

function addMetadata(headers: Headers, metadata: Metadata | undefined): OutgoingHttpHeaders {
  if (metadata !== undefined) writeRpcMetadata(metadata, headers, rpcNames.trailerOf);
  return headers;
}

function encodeTrailers(status: Headers, metadata: Metadata | undefined): Buffer {
  return frameBytes(Buffer.from(printHeaders(addMetadata(status, metadata))), trailersFlag);
}

function printHeaders(headers: OutgoingHttpHeaders): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => `${name}: ${one}\r\n`),
  );
  return lines.join("");
}
