import type { Metadata } from "@grpc/grpc-js";
import { createMetadata } from "../call/metadata.js";
import { connectionHeaders } from "../http/connection-headers.js";
import { isSingleValued } from "../http/single-valued-headers.js";
import { grpcWireHeaders } from "./grpc-wire-headers.js";

/** What belongs to one connection, and not to the call: each side writes its own. */
const ofTransport = new Set([
  ...connectionHeaders,
  ...grpcWireHeaders,
  "content-length",
  "content-type",
  "date",
  "host",
  "trailer",
  "user-agent",
]);

/**
 * A copy of metadata with what a call may hand on: all but what HTTP and gRPC need for themselves, and the last value only
 * of what HTTP/2 sends but once.
 */
export function withoutTransport(metadata: Metadata): Metadata {
  const copy = createMetadata();
  for (const key of Object.keys(metadata.getMap())) {
    if (ofTransport.has(key)) continue;
    // More than one would end the call, or the process, where node refuses them.
    const values = isSingleValued(key) ? metadata.get(key).slice(-1) : metadata.get(key);
    for (const value of values) copy.add(key, value);
  }
  return copy;
}
