import type { IncomingHttpHeaders } from "node:http";
import { invalidTimeout } from "./deadline.js";

const milliseconds: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/**
 * A `grpc-timeout` in milliseconds, rounded up; `undefined` if it is none.
 *
 *     parseGrpcTimeout("10S")    // 10000
 *     parseGrpcTimeout("100u")   // 1
 *
 * @see https://github.com/grpc/grpc/blob/v1.60.0/doc/PROTOCOL-HTTP2.md
 */
export function parseGrpcTimeout(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,8})([HMSmun])$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  return Math.ceil(Number(amount) * (milliseconds[unit] as number));
}

/**
 * The `grpc-timeout` of a request in milliseconds, if it has one.
 *
 * @throws RpcError INVALID_ARGUMENT for one that cannot be read.
 */
export function readGrpcTimeout(headers: IncomingHttpHeaders): number | undefined {
  const text = headers["grpc-timeout"];
  if (text === undefined) return undefined;
  const timeout = parseGrpcTimeout(String(text));
  if (timeout === undefined) throw invalidTimeout("grpc-timeout", String(text));
  return timeout;
}
