import type { Metadata } from "@grpc/grpc-js";
import { createMetadata } from "../call/metadata.js";
import { connectionHeaders } from "../http/connection-headers.js";

/** What belongs to one connection, and not to the call: each side writes its own. */
const ofTransport = new Set([
  ...connectionHeaders,
  "content-length",
  "content-type",
  "date",
  "grpc-accept-encoding",
  "grpc-encoding",
  "grpc-timeout",
  "host",
  "trailer",
  "user-agent",
]);

/** A copy of metadata with what a call may hand on: all but what HTTP and gRPC need for themselves. */
export function withoutTransport(metadata: Metadata): Metadata {
  const copy = createMetadata();
  for (const key of Object.keys(metadata.getMap())) {
    if (ofTransport.has(key)) continue;
    for (const value of metadata.get(key)) copy.add(key, value);
  }
  return copy;
}
