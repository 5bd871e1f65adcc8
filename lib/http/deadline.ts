import { codes, invalidField, RpcError } from "../call/rpc-error.js";

export interface TimeoutLimits {
  /** Milliseconds for a call whose client names no timeout. */
  readonly defaultTimeout: number | undefined;
  /** The most milliseconds that a client may ask for; it also bounds calls without a timeout. */
  readonly maxTimeout: number | undefined;
}

/**
 * The deadline of a call that begins now, in milliseconds since 1970, `Infinity` without one.
 *
 * @param timeout what the client asks for, in milliseconds.
 */
export function toDeadline(timeout: number | undefined, limits: TimeoutLimits): number {
  const { defaultTimeout, maxTimeout = Number.POSITIVE_INFINITY } = limits;
  const granted = Math.min(timeout ?? defaultTimeout ?? Number.POSITIVE_INFINITY, maxTimeout);
  return granted === Number.POSITIVE_INFINITY ? granted : Date.now() + granted;
}

/** The error of a timeout that cannot be read. */
export function invalidTimeout(header: string, value: string): RpcError {
  return invalidField(header, `invalid timeout "${value.slice(0, 80)}" in header "${header}"`);
}

/** What a call is cancelled with when its deadline passes. */
export function createDeadlineError(): RpcError {
  return new RpcError(codes.DEADLINE_EXCEEDED, "the deadline was exceeded");
}
