import type { Metadata } from "@grpc/grpc-js";

/** One outgoing call, as client interceptors see it. What they change of it goes to the server. */
export interface ClientCall {
  /** `"/greet.v1.Greeter/SayHello"` */
  readonly path: string;
  readonly metadata: Metadata;
  /** Milliseconds since 1970, or `Infinity`. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}
