import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";
import { Metadata } from "@grpc/grpc-js";
import { connectionHeaders } from "../../http/connection-headers.js";
import { toHttp2Value } from "../../http/single-valued-headers.js";
import { grpcWireHeaders } from "../../rpc/grpc-wire-headers.js";

/** Headers of the protocol itself, which are no metadata. */
const reserved = [
  ...connectionHeaders,
  ...grpcWireHeaders,
  "accept-encoding",
  "content-length",
  "content-type",
  "host",
];

/** Request headers → metadata; `-bin` values are decoded. */
export function readHeaders(headers: IncomingHttpHeaders): Metadata {
  const metadata = Metadata.fromHttp2Headers(headers);
  for (const name of reserved) metadata.remove(name);
  return metadata;
}

/**
 * Metadata → response headers or trailers, without what HTTP/2 forbids there, and without the padding of base64, which
 * gRPC asks servers to leave out.
 */
export function writeHeaders(metadata: Metadata): OutgoingHttpHeaders {
  const headers = metadata.toHttp2Headers();
  for (const [name, values] of Object.entries(headers)) {
    if (name.endsWith("-bin"))
      headers[name] = [values ?? []].flat().map((value) => String(value).replace(/=+$/, ""));
  }
  for (const name of Object.keys(headers)) if (name.startsWith(":")) delete headers[name];
  for (const name of reserved) delete headers[name];
  for (const name of Object.keys(headers)) headers[name] = toHttp2Value(name, headers[name]);
  return headers;
}
