import { type Metadata, ServerInterceptingCall, type ServerInterceptingCallInterface } from "@grpc/grpc-js";
import { createMetadata } from "../call/metadata.js";
import { codes } from "../call/rpc-error.js";
import type { Door, ServerCall } from "../call/server-call.js";
import type { GrpcStatus } from "../rpc/grpc-status.js";
import {
  abandonCall,
  createMissingMessage,
  createSecondMessage,
  openCall,
  type Requests,
  type Responses,
  serveCall,
} from "../rpc/serve-call.js";
import { withoutTransport } from "../rpc/transport-metadata.js";
import type { ServedMethod } from "./served-methods.js";
import { toBuffer } from "./to-buffer.js";

/** As many bytes as a stream of node takes before it asks to wait. */
const highWaterMark = 16 * 1024;

/**
 * A call of grpc-js: the door that it came through, its requests and its responses.
 *
 * A handler of grpc-js is given a stream of objects, which takes a message only when the one before it has left the
 * process; here, messages are written while the client takes them, and the status goes with the last one.
 */
export class GrpcJsCall extends ServerInterceptingCall implements Door, Requests, Responses {
  readonly protocol = "grpc";
  readonly http = undefined;
  readonly #base: ServerInterceptingCallInterface;
  readonly #method: ServedMethod;
  #metadata: Metadata | undefined;
  #call: ServerCall | undefined;
  #hasEnded = false;
  #onMessage: ((message: Buffer | undefined) => void) | undefined;
  #unsentBytes = 0;
  #onDrained: (() => void) | undefined;

  constructor(base: ServerInterceptingCallInterface, method: ServedMethod) {
    super(base);
    this.#base = base;
    this.#method = method;
  }

  get isStreamingRequest(): boolean {
    return this.#method.endpoint.method.isStreamingRequest;
  }

  override start(): void {
    this.#base.start(this);
  }

  onReceiveMetadata(metadata: Metadata): void {
    const { endpoint, coding, options } = this.#method;
    this.#metadata = metadata;
    // grpc-js has a timer for the deadline, too, but tells of it only when what was written before it has been sent:
    // never, if the client does not read.
    const call = openCall(endpoint, this, Number(this.#base.getDeadline()));
    this.#call = call;
    const { writeStatus } = options;
    serveCall({ endpoint, call, coding, requests: this, responses: this, writeStatus });
  }

  onReceiveMessage(message: Buffer): void {
    this.#onMessage?.(message);
  }

  onReceiveHalfClose(): void {
    this.#hasEnded = true;
    this.#onMessage?.(undefined);
  }

  /** Comes at the end of every call. */
  onCancel(): void {
    if (this.#call !== undefined) abandonCall(this.#call);
  }

  readMetadata(): Metadata {
    return this.#metadata ?? createMetadata();
  }

  override sendMetadata(metadata: Metadata): void {
    // grpc-js takes a header that HTTP/2 forbids, and then never answers the call.
    this.#base.sendMetadata(withoutTransport(metadata));
  }

  reportFault(error: unknown, call: ServerCall): void {
    this.#method.options.onError(error, call);
  }

  next(): Promise<Buffer | undefined> {
    if (this.#hasEnded) return Promise.resolve(undefined);
    return new Promise((resolve) => this.#read(resolve));
  }

  only(onMessage: (message: Buffer) => void, onError: (error: unknown) => void): void {
    this.#read((first) => {
      if (first === undefined) onError(createMissingMessage());
      else this.#read((second) => (second === undefined ? onMessage(first) : onError(createSecondMessage())));
    });
  }

  #read(onMessage: (message: Buffer | undefined) => void): void {
    this.#onMessage = onMessage;
    this.#base.startRead();
  }

  write(message: Uint8Array): boolean {
    const { length } = message;
    this.#unsentBytes += length;
    this.#base.sendMessage(toBuffer(message), () => {
      this.#unsentBytes -= length;
      if (this.#unsentBytes < highWaterMark) this.#onDrained?.();
    });
    return this.#unsentBytes < highWaterMark;
  }

  untilDrained(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDrained = resolve;
    });
  }

  end(trailers: Metadata | undefined): void {
    const metadata = trailers === undefined ? null : withoutTransport(trailers);
    this.#base.sendStatus({ code: codes.OK, details: "OK", metadata });
  }

  fail(status: GrpcStatus): void {
    // grpc-js encodes the text as a URI, and would take the process down with half a surrogate pair.
    this.#base.sendStatus({ ...status, details: status.details.toWellFormed() });
  }
}
