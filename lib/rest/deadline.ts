import type { IncomingHttpHeaders } from "node:http";
import { codes, invalidField, RpcError } from "../call/rpc-error.js";

export interface TimeoutLimits {
  /** Milliseconds for a call whose client names no timeout. */
  readonly defaultTimeout: number | undefined;
  /** The most milliseconds that a client may ask for; it also bounds calls without a timeout. */
  readonly maxTimeout: number | undefined;
}

const milliseconds: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/**
 * The deadline of a request, in milliseconds since 1970, `Infinity` without one. The client asks with
 * `grpc-timeout` in gRPC's form or with `X-Server-Timeout` in seconds.
 *
 *     grpc-timeout: 250m        // 250 ms from now
 *     x-server-timeout: 1.5     // 1,500 ms from now
 *
 * @throws RpcError INVALID_ARGUMENT for a timeout that cannot be read.
 * @see https://github.com/grpc/grpc/blob/v1.60.0/doc/PROTOCOL-HTTP2.md
 */
export function readDeadline(headers: IncomingHttpHeaders, limits: TimeoutLimits): number {
  let timeout = readTimeout(headers) ?? limits.defaultTimeout ?? Number.POSITIVE_INFINITY;
  if (limits.maxTimeout !== undefined) timeout = Math.min(timeout, limits.maxTimeout);
  return timeout === Number.POSITIVE_INFINITY ? timeout : Date.now() + timeout;
}

function readTimeout(headers: IncomingHttpHeaders): number | undefined {
  const grpc = headers["grpc-timeout"];
  if (grpc !== undefined) {
    const [, amount, unit] = /^(\d{1,8})([HMSmun])$/.exec(String(grpc)) ?? [];
    if (amount === undefined || unit === undefined) throw invalidTimeout("grpc-timeout", String(grpc));
    return Number(amount) * (milliseconds[unit] ?? 0);
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
