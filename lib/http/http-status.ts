import { codes } from "../call/rpc-error.js";

const statuses: Readonly<Record<number, number>> = {
  [codes.OK]: 200,
  [codes.CANCELLED]: 499,
  [codes.UNKNOWN]: 500,
  [codes.INVALID_ARGUMENT]: 400,
  [codes.DEADLINE_EXCEEDED]: 504,
  [codes.NOT_FOUND]: 404,
  [codes.ALREADY_EXISTS]: 409,
  [codes.PERMISSION_DENIED]: 403,
  [codes.RESOURCE_EXHAUSTED]: 429,
  [codes.FAILED_PRECONDITION]: 400,
  [codes.ABORTED]: 409,
  [codes.OUT_OF_RANGE]: 400,
  [codes.UNIMPLEMENTED]: 501,
  [codes.INTERNAL]: 500,
  [codes.UNAVAILABLE]: 503,
  [codes.DATA_LOSS]: 500,
  [codes.UNAUTHENTICATED]: 401,
};

/**
 * The HTTP status for a gRPC code; 500 for a code that gRPC does not have.
 *
 * @see https://github.com/googleapis/googleapis/blob/ecb1cf0a0021267dd452289fc71c75674ae29fe3/google/rpc/code.proto
 */
export function httpStatusOf(code: number): number {
  return statuses[code] ?? 500;
}
