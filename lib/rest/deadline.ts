import type { IncomingHttpHeaders } from "node:http";
import { codes, invalidField, RpcError } from "../call/rpc-error.js";
import { parseGrpcTimeout } from "../http/grpc-timeout.js";

export interface TimeoutLimits {
  /** Milliseconds for a call whose client names no timeout. */
  readonly defaultTimeout: number | undefined;
  /** The most milliseconds that a client may ask for; it also bounds calls without a timeout. */
  readonly maxTimeout: number | undefined;
}

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
  let timeout = readTimeout(headers) ?? limits.defaultTimeout ?? Number.POSITIVE_INFINITY;
  if (limits.maxTimeout !== undefined) timeout = Math.min(timeout, limits.maxTimeout);
  return timeout === Number.POSITIVE_INFINITY ? timeout : Date.now() + timeout;
}

function readTimeout(headers: IncomingHttpHeaders): number | undefined {
  const grpc = headers["grpc-timeout"];
  if (grpc !== undefined) {
    const timeout = parseGrpcTimeout(String(grpc));
    if (timeout === undefined) throw invalidTimeout("grpc-timeout", String(grpc));
    return timeout;
  }
  const seconds = headers["x-server-timeout"];
  if (seconds === undefined) return undefined;
  if (!/^(\d{1,9}(\.\d{0,9})?|\.\d{1,9})$/.test(String(seconds))) {
    throw invalidTimeout("x-server-timeout", String(seconds));
  }
  return Number(seconds) * 1000;
}

function invalidTimeout(header: string, value: string): RpcError {
  return invalidField(header, `invalid timeout "${value.slice(0, 80)}" in header "${header}"`);
}

/** What a call is cancelled with when its deadline passes. */
export function createDeadlineError(): RpcError {
  return new RpcError(codes.DEADLINE_EXCEEDED, "the deadline was exceeded");
}
