import type { Metadata } from "@grpc/grpc-js";

/**
 * One outgoing call, as client interceptors see it. Metadata that they add, and what they change in a copy that
 * they pass on, goes to the server.
 *
 *     override unaryCall(request: Message, call: ClientCall, next: UnaryHandler<ClientCall>) {
 *       call.metadata.set("authorization", `Bearer ${token}`);
 *       return next(request, { ...call, deadline: Math.min(call.deadline, Date.now() + 500) });
 *     }
 */
export interface ClientCall {
  /** `"/greet.v1.Greeter/SayHello"` */
  readonly path: string;
  readonly metadata: Metadata;
  /** Milliseconds since 1970, or `Infinity`. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
  /** Hears of the response metadata, ahead of the first response. */
  readonly onMetadata: ((metadata: Metadata) => void) | undefined;
  /** Hears of the trailing metadata of a call that succeeds; an error carries its own. */
  readonly onTrailers: ((trailers: Metadata) => void) | undefined;
}
