import { AsyncResource } from "node:async_hooks";
import {
  type Metadata,
  Server,
  type ServerInterceptingCallInterface,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { GrpcStatus } from "../rpc/grpc-status.js";
import { GrpcJsCall } from "./grpc-js-call.js";

// Instrumentation of grpc-js, such as OpenTelemetry's, replaces `Server#register` to put code around every handler: it
// opens a span, runs the handler in it, and ends it when the handler calls back, or when its stream finishes or emits an
// error. Calls are served below the handlers of grpc-js here; so the handlers of a server that is watched begin the
// serving, and then act as if they had done it.

type Listener = Parameters<ServerInterceptingCallInterface["start"]>[0];

/** Acts for the watchers: the call has failed, or has ended well. */
type Act = (failure: GrpcStatus | undefined) => void;

/** Is somebody's code around the handlers of grpc-js servers? */
export function isInstrumented(): boolean {
  // The method of grpc-js's own; with any other text, calls take the longer way, which is right with or without watchers.
  return !/\bthis\.handlers\.set\(/.test(Function.prototype.toString.call(Server.prototype.register));
}

/** The beginning of the serving of a call, by its metadata: the one object of ours that reaches the handler. */
const beginnings = new WeakMap<Metadata, (act: Act) => void>();

/** A call whose handler, as grpc-js knows it, begins the serving. */
export class InstrumentedCall extends GrpcJsCall {
  #listener: Listener | undefined;
  #act: Act = () => {};

  override start(listener?: Listener): void {
    this.#listener = listener;
    super.start();
  }

  override onReceiveMetadata(metadata: Metadata): void {
    const begin = (act: Act) => {
      beginnings.delete(metadata);
      this.#act = act;
      super.onReceiveMetadata(metadata);
    };
    beginnings.set(metadata, begin);
    this.#listener?.onReceiveMetadata(metadata);
    if (!this.isStreamingRequest) {
      // Such a handler is run when its request is complete. It is given none: the request is read below it.
      this.#listener?.onReceiveMessage(Buffer.alloc(0));
      this.#listener?.onReceiveHalfClose();
    }
    // Whoever stands before the handler may have failed.
    if (beginnings.has(metadata)) begin(() => {});
  }

  // The request comes with an event of the connection; who reads it is still within the span.
  override only(onMessage: (message: Buffer) => void, onError: (error: unknown) => void): void {
    super.only(AsyncResource.bind(onMessage), AsyncResource.bind(onError));
  }

  override end(trailers: Metadata | undefined): void {
    super.end(trailers);
    this.#act(undefined);
  }

  override fail(status: GrpcStatus): void {
    super.fail(status);
    this.#act(status);
  }

  // What grpc-js does for its handler, who does nothing.
  override startRead(): void {}
  override sendMessage(): void {}
  override sendStatus(): void {}
}

/** The handlers of a service for a server that is watched. */
export function createActingHandlers(definition: ServiceDefinition): UntypedServiceImplementation {
  const act = ({ responseStream }: ServiceDefinition[string]) =>
    responseStream ? actByStream : actByCallback;
  const handlers = Object.entries(definition).map(([name, method]) => [name, act(method)]);
  return Object.fromEntries(handlers) as UntypedServiceImplementation;
}

interface Handled {
  readonly metadata: Metadata;
}

function actByCallback(
  { metadata }: Handled,
  callback: (error: Error | null, response?: Buffer) => void,
): void {
  beginnings.get(metadata)?.((failure) => {
    if (failure === undefined) callback(null, Buffer.alloc(0));
    else callback(toError(failure));
  });
}

function actByStream(call: Handled & { emit(event: "error", error: Error): void; end(): void }): void {
  beginnings.get(call.metadata)?.((failure) => {
    if (failure === undefined) call.end();
    else call.emit("error", toError(failure));
  });
}

function toError(status: GrpcStatus): Error {
  return Object.assign(new Error(status.details), status);
}
