import type { Metadata } from "@grpc/grpc-js";
import { type WrittenHeaders, writeMetadata } from "../http/metadata-headers.js";
import { isHttpHeader, isKey, type MetadataNames } from "../http/metadata-names.js";
import { grpcWireHeaders } from "./grpc-wire-headers.js";

function isMetadata(name: string): boolean {
  return !isHttpHeader(name) && !grpcWireHeaders.has(name) && !name.startsWith("connect-") && isKey(name);
}

/** Metadata under its own name, in either direction, except what HTTP and the protocols have names for. */
export const rpcNames: MetadataNames = {
  keysOf: (header) => (isMetadata(header) ? [header] : []),
  headerOf: (key) => (isMetadata(key) ? key : undefined),
  trailerOf: (key) => (isMetadata(key) ? key : undefined),
};

/** Add metadata to headers or trailers; binary values are base64 without padding, as gRPC wants them. */
export function writeRpcMetadata(
  metadata: Metadata,
  headers: WrittenHeaders,
  nameOf: (key: string) => string | undefined,
): void {
  writeMetadata(metadata, headers, { nameOf, printBytes: printUnpadded });
}

export function printUnpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}
