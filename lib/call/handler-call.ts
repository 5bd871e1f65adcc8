import { EventEmitter } from "node:events";
import { Duplex, Readable, Writable } from "node:stream";
import type { Metadata } from "@grpc/grpc-js";
import type { Method } from "../schema/schema.js";
import type { Message } from "./message.js";
import { createResponseQueue, type ResponseQueue } from "./response-queue.js";
import type { AuthContext, HttpContext, MetricsRecorder, ServerCall } from "./server-call.js";

// The `call` that a handler is given: what grpc-js hands to a handler of the same kind, with `signal`, `method`,
// `trailers` and `httpStatus` added. It is made at the end of the interceptor chain, from the request that the
// last interceptor passed on.

/** What the calls of all four kinds have in common. */
export interface CallSurface {
  /** The call as interceptors see it. */
  context: ServerCall;
  readonly method: Method;
  readonly metadata: Metadata;
  readonly trailers: Metadata;
  readonly cancelled: boolean;
  readonly signal: AbortSignal;
  readonly http: HttpContext | undefined;
  httpStatus: number | undefined;
  sendMetadata(metadata: Metadata): void;
  getPeer(): string;
  getHost(): string;
  getPath(): string;
  getDeadline(): number;
  getAuthContext(): AuthContext;
  getMetricsRecorder(): MetricsRecorder;
}

/**
 * The `call` of a handler, whichever kind it is: `request` is there unless the client streams, the readable side is
 * there if it does, the writable side if the server does.
 */
export type HandlerCall<Request = Message, Response = Message> = CallSurface & { readonly request: Request } & Omit<
    Duplex,
    typeof Symbol.asyncIterator | "write"
  > & {
    [Symbol.asyncIterator](): NodeJS.AsyncIterator<Request>;
    write(message: Response, callback?: (error?: Error | null) => void): boolean;
  };

// biome-ignore lint/suspicious/noExplicitAny: the constructor of a mixin can only be typed with any[] (TS2545)
type EmitterClass = new (...options: any[]) => EventEmitter;

function withSurface<Base extends EmitterClass>(base: Base) {
  abstract class Surface extends base implements CallSurface {
    context!: ServerCall;

    get method(): Method {
      return this.context.method;
    }
    get metadata(): Metadata {
      return this.context.metadata;
    }
    get trailers(): Metadata {
      return this.context.trailers;
    }
    get cancelled(): boolean {
      return this.context.cancelled;
    }
    get signal(): AbortSignal {
      return this.context.signal;
    }
    get http(): HttpContext | undefined {
      return this.context.http;
    }
    get httpStatus(): number | undefined {
      return this.context.httpStatus;
    }
    set httpStatus(status: number | undefined) {
      this.context.httpStatus = status;
    }
    sendMetadata(metadata: Metadata): void {
      this.context.sendMetadata(metadata);
    }
    getPeer(): string {
      return this.context.getPeer();
    }
    getHost(): string {
      return this.context.getHost();
    }
    getPath(): string {
      return this.context.getPath();
    }
    getDeadline(): number {
      return this.context.getDeadline();
    }
    getAuthContext(): AuthContext {
      return this.context.getAuthContext();
    }
    getMetricsRecorder(): MetricsRecorder {
      return this.context.getMetricsRecorder();
    }
  }
  // The compiler cannot see through `extends base`; the instance is both.
  return Surface as unknown as new (
    ...options: ConstructorParameters<Base>
  ) => InstanceType<Base> & CallSurface;
}

/** The call of a unary handler. */
export class UnaryCall extends withSurface(EventEmitter) {
  readonly request: Message;

  constructor(context: ServerCall, request: Message) {
    super();
    this.context = context;
    this.request = request;
    context.onCancel(() => this.emit("cancelled", "cancelled"));
  }
}

/** The call of a client-streaming handler: its requests are read from it, as events or with `for await`. */
export class ReadableCall extends withSurface(Readable) {
  readonly #read: () => void;

  constructor(context: ServerCall, requests: AsyncIterable<Message>) {
    super({ objectMode: true });
    this.context = context;
    this.#read = createFeed(this, requests);
    context.onCancel((reason) => {
      this.emit("cancelled", "cancelled");
      this.destroy(reason);
    });
  }

  override _read(): void {
    this.#read();
  }
}

/** The call of a server-streaming handler: responses are written to it, or yielded by the handler. */
export class WritableCall extends withSurface(Writable) {
  readonly request: Message;
  readonly #queue: ResponseQueue;
  readonly #failure: Failure;

  constructor(context: ServerCall, request: Message) {
    super({ objectMode: true });
    this.context = context;
    this.request = request;
    this.#queue = createResponseQueue(() => this.destroy());
    this.#failure = endOnFailure(this, this.#queue);
    context.onCancel((reason) => {
      this.emit("cancelled", "cancelled");
      this.#queue.fail(reason);
      this.destroy();
    });
  }

  get responses(): AsyncIterableIterator<Message> {
    return this.#queue.responses;
  }

  override _write(message: Message, _encoding: BufferEncoding, callback: () => void): void {
    this.#queue.push(message, callback);
  }

  override _final(callback: () => void): void {
    finishQueue(this.#queue, this.#failure);
    callback();
  }

  // grpc-js ends a stream with its trailers, not with a last chunk.
  override end(trailers?: Metadata | unknown): this {
    if (trailers !== undefined && trailers !== null) this.trailers.merge(trailers as Metadata);
    return super.end();
  }
}

/** The call of a duplex-streaming handler. */
export class DuplexCall extends withSurface(Duplex) {
  readonly #queue: ResponseQueue;
  readonly #failure: Failure;
  readonly #read: () => void;

  constructor(context: ServerCall, requests: AsyncIterable<Message>) {
    super({ objectMode: true });
    this.context = context;
    this.#queue = createResponseQueue(() => this.destroy());
    this.#failure = endOnFailure(this, this.#queue);
    this.#read = createFeed(this, requests);
    context.onCancel((reason) => {
      this.emit("cancelled", "cancelled");
      this.#queue.fail(reason);
      this.destroy();
    });
  }

  get responses(): AsyncIterableIterator<Message> {
    return this.#queue.responses;
  }

  override _read(): void {
    this.#read();
  }

  override _write(message: Message, _encoding: BufferEncoding, callback: () => void): void {
    this.#queue.push(message, callback);
  }

  override _final(callback: () => void): void {
    finishQueue(this.#queue, this.#failure);
    callback();
  }

  override end(trailers?: Metadata | unknown): this {
    if (trailers !== undefined && trailers !== null) this.trailers.merge(trailers as Metadata);
    return super.end();
  }
}

interface Failure {
  error?: unknown;
}

/** `emit("error", …)` ends the call with that status, after what was written before it, as in grpc-js. */
function endOnFailure(stream: Writable, queue: ResponseQueue): Failure {
  const failure: Failure = {};
  stream.on("error", (error) => {
    failure.error = error ?? new Error("the call emitted an error without a value");
    if (stream.destroyed || stream.writableEnded) queue.fail(failure.error);
    else stream.end();
  });
  return failure;
}

function finishQueue(queue: ResponseQueue, failure: Failure): void {
  if (failure.error === undefined) queue.end();
  else queue.fail(failure.error);
}

/** Pull one request for each read of the stream. */
function createFeed(stream: Readable, requests: AsyncIterable<Message>): () => void {
  let iterator: AsyncIterator<Message> | undefined;
  stream.once("close", () => {
    // A rejected return() has no one left to hear it: the call is over.
    iterator?.return?.().then(undefined, () => {});
  });
  return () => {
    iterator ??= requests[Symbol.asyncIterator]();
    iterator.next().then(
      (result) => stream.push(result.done === true ? null : result.value),
      (error) => stream.destroy(error),
    );
  };
}
