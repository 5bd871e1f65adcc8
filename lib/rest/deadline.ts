import type { IncomingHttpHeaders } from "node:http";
import { invalidTimeout, type TimeoutLimits, toDeadline } from "../http/deadline.js";
import { readGrpcTimeout } from "../http/grpc-timeout.js";

/**
 * The deadline of a request, in milliseconds since 1970, `Infinity` without one. The client asks with
 * `grpc-timeout` in gRPC's form or with `X-Server-Timeout` in seconds.
 *
 *     grpc-timeout: 250m        // 250 ms from now
 *     x-server-timeout: 1.5     // 1,500 ms from now
 *
 * @throws RpcError INVALID_ARGUMENT for a timeout that cannot be read.
 */
export function readDeadline(headers: IncomingHttpHeaders, limits: TimeoutLimits): number {
  return toDeadline(readGrpcTimeout(headers) ?? readServerTimeout(headers), limits);
}

function readServerTimeout(headers: IncomingHttpHeaders): number | undefined {
  const seconds = headers["x-server-timeout"];
  if (seconds === undefined) return undefined;
  if (!/^(\d{1,9}(\.\d{0,9})?|\.\d{1,9})$/.test(String(seconds))) {
    throw invalidTimeout("x-server-timeout", String(seconds));
  }
  return Number(seconds) * 1000;
}
