import type { Metadata } from "@grpc/grpc-js";
import { statusDetailsKey } from "../call/status-details.js";
import type { JsonCodecs } from "../json/codec.js";
import type { CompressionName } from "../rpc/compressions.js";
import type { FramedForm } from "../rpc/framed-call.js";
import { frameBytes } from "../rpc/message-frames.js";
import { rpcNames, writeRpcMetadata } from "../rpc/rpc-metadata.js";
import { type ConnectError, toConnectError } from "./connect-error.js";
import { type ConnectType, printConnectType } from "./content-type.js";
import { connectCompressions } from "./wire-headers.js";

const endStreamFlag = 2;

/** How Connect writes what is around the messages of a response that is framed. */
export function createConnectForm(
  type: ConnectType,
  compression: CompressionName | undefined,
  codecs: JsonCodecs,
): FramedForm {
  return {
    headers: {
      "content-type": printConnectType(type),
      "connect-accept-encoding": connectCompressions.join(","),
      ...(compression === undefined ? {} : { "connect-content-encoding": compression }),
    },
    encodeEnd: (trailers) => encodeEndStream(undefined, trailers),
    encodeFailure: (status) => encodeEndStream(toConnectError(status, codecs), status.metadata),
    encodeFrame: (frame) => frame,
  };
}

/** @see https://connectrpc.com/docs/protocol#error-end-stream */
function encodeEndStream(error: ConnectError | undefined, trailers: Metadata | undefined): Buffer {
  const metadata = trailers === undefined ? undefined : listValues(trailers);
  return frameBytes(Buffer.from(JSON.stringify({ error, metadata })), endStreamFlag);
}

function listValues(trailers: Metadata): Record<string, string[]> | undefined {
  const headers: Record<string, string | string[]> = {};
  writeRpcMetadata(trailers, headers, trailerOf);
  const entries = Object.entries(headers).map(([key, value]) => [key, [value].flat()]);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Details have a place of their own. */
export function trailerOf(key: string): string | undefined {
  return key === statusDetailsKey ? undefined : rpcNames.trailerOf(key);
}
