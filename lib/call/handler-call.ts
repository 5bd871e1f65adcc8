import { EventEmitter } from "node:events";
import { Duplex, Readable, Writable } from "node:stream";
import type { Metadata } from "@grpc/grpc-js";
import type { Method } from "../schema/schema.js";
import type { Message } from "./message.js";
import { createMessageQueue, type MessageQueue } from "./message-queue.js";
import type { AuthContext, HttpContext, MetricsRecorder, ServerCall } from "./server-call.js";

// The `call` that a handler is given: what grpc-js hands to a handler of the same kind, with `signal`, `method`,
// `trailers`, `http` and `httpStatus` added. It is made at the end of the interceptor chain, from the request that
// the last interceptor passed on.

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
export type HandlerCall<Request = Message, Response = Message> = CallSurface & {
  readonly request: Request;
} & Omit<Duplex, typeof Symbol.asyncIterator | "write"> & {
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
  return Surface as unknown as new (options?: {
    readonly objectMode: true;
  }) => InstanceType<Base> & CallSurface;
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

  // Leaving a loop over the requests is not leaving the call, which may yet be answered.
  override [Symbol.asyncIterator](): NodeJS.AsyncIterator<Message> {
    return this.iterator({ destroyOnReturn: false }) as NodeJS.AsyncIterator<Message>;
  }
}

/** The call of a server-streaming handler: responses are written to it, or yielded by the handler. */
export class WritableCall extends withSurface(Writable) {
  readonly request: Message;
  readonly #output: Output;

  constructor(context: ServerCall, request: Message) {
    super({ objectMode: true });
    this.context = context;
    this.request = request;
    this.#output = createOutput(this, context);
  }

  get responses(): AsyncIterableIterator<Message> {
    return this.#output.responses;
  }

  /** The handler has written a message, or ended the call. */
  get hasBegun(): boolean {
    return this.#output.hasBegun;
  }

  override write(message: unknown, ...rest: unknown[]): boolean {
    if (!this.#output.accepts(message, rest.at(-1))) return false;
    return super.write(message, ...(rest as [BufferEncoding]));
  }

  override _write(message: Message, _encoding: BufferEncoding, callback: () => void): void {
    this.#output.push(message, callback);
  }

  override _final(callback: () => void): void {
    this.#output.finish();
    callback();
  }

  override end(trailers?: unknown): this {
    this.#output.addTrailers(trailers);
    return super.end();
  }
}

/** The call of a duplex-streaming handler. */
export class DuplexCall extends withSurface(Duplex) {
  readonly #output: Output;
  readonly #read: () => void;

  constructor(context: ServerCall, requests: AsyncIterable<Message>) {
    super({ objectMode: true });
    this.context = context;
    this.#output = createOutput(this, context);
    this.#read = createFeed(this, requests);
  }

  get responses(): AsyncIterableIterator<Message> {
    return this.#output.responses;
  }

  /** The handler has written a message, or ended the call. */
  get hasBegun(): boolean {
    return this.#output.hasBegun;
  }

  override _read(): void {
    this.#read();
  }

  // Leaving a loop over the requests is not leaving the call, which may yet be answered.
  override [Symbol.asyncIterator](): NodeJS.AsyncIterator<Message> {
    return this.iterator({ destroyOnReturn: false }) as NodeJS.AsyncIterator<Message>;
  }

  override write(message: unknown, ...rest: unknown[]): boolean {
    if (!this.#output.accepts(message, rest.at(-1))) return false;
    return super.write(message, ...(rest as [BufferEncoding]));
  }

  override _write(message: Message, _encoding: BufferEncoding, callback: () => void): void {
    this.#output.push(message, callback);
  }

  override _final(callback: () => void): void {
    this.#output.finish();
    callback();
  }

  override end(trailers?: unknown): this {
    this.#output.addTrailers(trailers);
    return super.end();
  }
}

/** The writing side of a call. Whatever a handler does to it, its responses end once. */
interface Output extends Pick<MessageQueue, "push"> {
  readonly responses: AsyncIterableIterator<Message>;
  readonly hasBegun: boolean;
  /** Can this be written? If not, the handler is told as a stream tells it, and nothing is thrown. */
  accepts(message: unknown, callback: unknown): boolean;
  /** Everything that was written has been taken. */
  finish(): void;
  /** grpc-js ends a stream with its trailers, not with a last message. */
  addTrailers(trailers: unknown): void;
}

function createOutput(stream: Writable, context: ServerCall): Output {
  const queue = createMessageQueue(() => stream.destroy());
  let failure: { readonly error: unknown } | undefined;
  let hasWritten = false;

  // As in grpc-js, emit("error", …) ends the call with that status, after what was written before it.
  stream.on("error", (error) => {
    if (failure !== undefined) return;
    const reason: unknown = error ?? new Error("the call emitted an error without a value");
    if (stream.writableEnded) {
      context.reportFault(reason);
      return;
    }
    failure = { error: reason };
    if (stream.destroyed) queue.fail(reason);
    else stream.end();
  });
  stream.once("finish", () => stream.destroy());
  stream.once("close", () => queue.fail(new Error("the handler destroyed its call before the end")));
  context.onCancel((reason) => {
    stream.emit("cancelled", "cancelled");
    queue.fail(reason);
    stream.destroy();
  });

  return {
    push: queue.push,
    responses: queue.messages,
    get hasBegun() {
      return hasWritten || stream.writableEnded;
    },
    accepts(message, callback) {
      hasWritten = true;
      const error = findWriteError(stream, context, message);
      if (error === undefined) return true;
      if (!stream.writableEnded) stream.emit("error", error);
      else if (failure === undefined) context.reportFault(error);
      if (typeof callback === "function") callback(error);
      return false;
    },
    finish() {
      if (failure === undefined) queue.end();
      else queue.fail(failure.error);
    },
    addTrailers(trailers) {
      // A handler without trailers may pass on a null.
      if (typeof trailers === "object" && trailers !== null) context.trailers.merge(trailers as Metadata);
    },
  };
}

function findWriteError(stream: Writable, context: ServerCall, message: unknown): Error | undefined {
  if (stream.writableEnded)
    return new Error(`${context.method.fullName} wrote a message after the end of its call`);
  return typeof message === "object" && message !== null ? undefined : createMessageError(context, message);
}

/** A handler has answered with something that is no message. */
export function createMessageError({ method }: ServerCall, answer: unknown): TypeError {
  return new TypeError(`${method.fullName} answered ${String(answer)}: it must answer with a message`);
}

/** Pull one request for each read of the stream. */
function createFeed(stream: Readable | Duplex, requests: AsyncIterable<Message>): () => void {
  let iterator: AsyncIterator<Message> | undefined;
  stream.once("close", () => {
    // A rejected return() has no one left to hear it: the call is over.
    iterator?.return?.().then(undefined, () => {});
  });
  return () => {
    iterator ??= requests[Symbol.asyncIterator]();
    iterator.next().then(
      (result) => stream.push(result.done === true ? null : result.value),
      (error) => {
        // Who has answered needs no more requests, and nobody may take back what is still being sent.
        if (!("writableEnded" in stream && stream.writableEnded)) stream.destroy(error);
      },
    );
  };
}
