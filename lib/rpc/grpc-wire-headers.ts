/**
 * Headers and trailers by which gRPC speaks to itself: they are no metadata.
 *
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/PROTOCOL-HTTP2.md
 */
export const grpcWireHeaders: ReadonlySet<string> = new Set([
  "grpc-accept-encoding",
  "grpc-encoding",
  "grpc-message",
  "grpc-status",
  "grpc-timeout",
]);
