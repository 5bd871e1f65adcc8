import { Metadata } from "@grpc/grpc-js";
import type { ClientCall } from "../call/client-call.js";
import type { ClientCallOptions } from "./create-client.js";

/** As much of a call in flight as an outgoing call can inherit; every `call` of a handler or an interceptor is one. */
export interface PropagatedCall {
  readonly metadata: Metadata;
  readonly signal: AbortSignal;
  getDeadline(): Date | number;
}

/** Which request this is, and which trace it belongs to. Credentials are not among them: they are for us. */
export const defaultPropagation: readonly string[] = ["x-request-id", "traceparent", "tracestate"];

/**
 * An outgoing call with what its caller asks for: the earliest of all deadlines, whichever signal aborts first,
 * and metadata of its own before those of the call that it is made for.
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
  const signal = eitherSignal(options.signal, propagate?.signal);
  return { path, metadata, deadline, signal, onMetadata, onTrailers };
}

/** A copy: interceptors may add to it. */
function readMetadata(given: ClientCallOptions["metadata"]): Metadata {
  if (given === undefined) return new Metadata();
  if (isMetadata(given)) return given.clone();
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(given)) metadata.set(key, value);
  return metadata;
}

/** It may be of another copy of grpc-js. */
function isMetadata(given: NonNullable<ClientCallOptions["metadata"]>): given is Metadata {
  return "clone" in given && typeof given.clone === "function";
}

function eitherSignal(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return AbortSignal.any([one, other]);
}
