import type { Metadata, MetadataValue } from "@grpc/grpc-js";

/** What the caller of a method of a client may ask for. */
export interface ClientCallOptions {
  readonly metadata?: Metadata | Readonly<Record<string, MetadataValue>> | undefined;
  /** Milliseconds from now. */
  readonly timeout?: number | undefined;
  /** A point in time, or milliseconds since 1970. */
  readonly deadline?: Date | number | undefined;
  /** Aborting it cancels the call. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The call that this one is made for: its deadline and its cancellation hold for this one as well, and chosen
   * metadata are handed on.
   *
   *     async sayHello(call) {
   *       return backend.greet(call.request, { propagate: call });
   *     }
   */
  readonly propagate?: PropagatedCall | undefined;
  /** Hears of the response metadata, ahead of the first response. */
  readonly onMetadata?: ((metadata: Metadata) => void) | undefined;
  /** Hears of the trailing metadata of a call that succeeds; an error carries its own. */
  readonly onTrailers?: ((trailers: Metadata) => void) | undefined;
}

/** As much of a call in flight as an outgoing call can inherit; every `call` of a handler or an interceptor is one. */
export interface PropagatedCall {
  readonly metadata: Metadata;
  readonly signal: AbortSignal;
  getDeadline(): Date | number;
}
