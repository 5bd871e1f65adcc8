import { Metadata } from "@grpc/grpc-js";
import type { ClientCall } from "../call/client-call.js";
import { findMetadata } from "../call/metadata.js";
import type { ClientCallOptions } from "./client-call-options.js";

/** Which request this is, and which trace it belongs to. Credentials are not among them: they are for us. */
export const defaultPropagation: readonly string[] = ["x-request-id", "traceparent", "tracestate"];

/**
 * An outgoing call with what its caller asks for: the earliest of all deadlines, whichever signal aborts first,
 * and metadata of its own before those of the call that it is made for.
 *
 * @throws Error for options that mean nothing: metadata that grpc-js refuses, a deadline that is not a number.
 */
export function createClientCall(
  path: string,
  options: ClientCallOptions,
  propagated: readonly string[],
): ClientCall {
  const { propagate, timeout, onMetadata, onTrailers } = options;
  const metadata = readMetadata(options.metadata);
  if (propagate !== undefined) {
    for (const key of propagated) {
      if (metadata.get(key).length > 0) continue;
      for (const value of propagate.metadata.get(key)) metadata.add(key, value);
    }
  }
  const deadline = Math.min(
    timeout === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeout,
    Number(options.deadline ?? Number.POSITIVE_INFINITY),
    Number(propagate?.getDeadline() ?? Number.POSITIVE_INFINITY),
  );
  // grpc-js would end the process.
  if (Number.isNaN(deadline))
    throw new TypeError("the timeout and the deadline of a call are points in time");
  const signal = eitherSignal(options.signal, propagate?.signal);
  return { path, metadata, deadline, signal, onMetadata, onTrailers };
}

/** A copy: interceptors may add to it. */
function readMetadata(given: ClientCallOptions["metadata"]): Metadata {
  if (given === undefined) return new Metadata();
  const own = findMetadata(given);
  if (own !== undefined) return own.clone();
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(given)) {
    // Code without types may have nothing to give.
    if (value !== undefined) metadata.set(key, value);
  }
  return metadata;
}

function eitherSignal(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return AbortSignal.any([one, other]);
}
