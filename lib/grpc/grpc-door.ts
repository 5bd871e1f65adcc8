import type { Metadata, ServerUnaryCall } from "@grpc/grpc-js";
import type { Message } from "../call/message.js";
import type { AuthContext, Door, MetricsRecorder, ServerCall } from "../call/server-call.js";
import { withoutTransport } from "../rpc/transport-metadata.js";

/** What the calls of all four kinds have in common in grpc-js. */
export type GrpcCall = Pick<
  ServerUnaryCall<Message, Message>,
  | "metadata"
  | "sendMetadata"
  | "getPeer"
  | "getHost"
  | "getDeadline"
  | "getAuthContext"
  | "getMetricsRecorder"
> & { on(event: "cancelled", listener: () => void): unknown };

/** The native gRPC side of a call: grpc-js knows it all. */
export class GrpcDoor implements Door {
  readonly #call: GrpcCall;
  readonly #onError: (error: unknown, call: ServerCall) => void;
  readonly http = undefined;

  constructor(call: GrpcCall, onError: (error: unknown, call: ServerCall) => void) {
    this.#call = call;
    this.#onError = onError;
  }

  readMetadata(): Metadata {
    return this.#call.metadata;
  }

  sendMetadata(metadata: Metadata): void {
    // grpc-js takes a header that HTTP/2 forbids, and then never answers the call.
    this.#call.sendMetadata(withoutTransport(metadata));
  }

  getPeer(): string {
    return this.#call.getPeer();
  }

  getHost(): string {
    return this.#call.getHost();
  }

  getAuthContext(): AuthContext {
    return this.#call.getAuthContext();
  }

  getMetricsRecorder(): MetricsRecorder {
    return this.#call.getMetricsRecorder();
  }

  reportFault(error: unknown, call: ServerCall): void {
    this.#onError(error, call);
  }
}
