import { EventEmitter } from "node:events";
import { Duplex, Readable, Writable } from "node:stream";
import type { Metadata } from "@grpc/grpc-js";
import { type CallSurface, withSurface } from "./call-surface.js";
import type { Message } from "./message.js";
import { createFeed } from "./request-feed.js";
import { ResponseOutput } from "./response-output.js";
import type { ServerCall } from "./server-call.js";

// The `call` that a handler is given: what grpc-js hands to a handler of the same kind, with `signal`, `method`,
// `trailers`, `http` and `httpStatus` added. It is made at the end of the interceptor chain, from the request that
// the last interceptor passed on.

/**
 * The `call` of a handler, whichever kind it is: `request` is there unless the client streams, the readable side is
 * there if it does, the writable side if the server does.
 *
 *     async function sayHello(call: HandlerCall) {
 *       return { message: `Hello ${call.request.name}, of ${call.getPeer()}` };
 *     }
 */
export type HandlerCall<Request = Message, Response = Message> = CallSurface & {
  readonly request: Request;
} & Omit<Duplex, typeof Symbol.asyncIterator | "write"> & {
    [Symbol.asyncIterator](): NodeJS.AsyncIterator<Request>;
    write(message: Response, callback?: (error?: Error | null) => void): boolean;
  };

/** The call of a unary handler. */
export class UnaryCall extends withSurface(EventEmitter) {
  readonly request: Message;

  constructor(context: ServerCall, request: Message) {
    super({ captureRejections: true });
    this.context = context;
    this.request = request;
    context.onCancel(() => this.emit("cancelled", "cancelled"));
  }
}

/** The call of a client-streaming handler: its requests are read from it, as events or with `for await`. */
export class ReadableCall extends withSurface(Readable) {
  readonly #read: () => void;

  constructor(context: ServerCall, requests: AsyncIterable<Message>) {
    super({ objectMode: true, captureRejections: true });
    this.context = context;
    this.#read = createFeed(this, requests);
    // As in grpc-js, a call that is cancelled has no error to emit.
    context.onCancel(() => {
      this.emit("cancelled", "cancelled");
      this.destroy();
    });
  }

  override _read(): void {
    this.#read();
  }

  override [Symbol.asyncIterator](): NodeJS.AsyncIterator<Message> {
    return readRequests(this, (error) => {
      throw error;
    });
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the constructor of a mixin can only be typed with any[] (TS2545)
type WritableClass = new (...options: any[]) => Writable & CallSurface;

/** What a handler writes to, or ends, as `grpc.Server` has it. */
interface ResponseStream {
  /** Set by the constructor. */
  output: ResponseOutput;
  readonly responses: AsyncIterableIterator<Message>;
  /** The handler has written a message, or ended the call. */
  readonly hasBegun: boolean;
  end(trailers?: unknown): this;
}

function withResponses<Base extends WritableClass>(base: Base) {
  abstract class Responses extends base {
    output!: ResponseOutput;

    get responses(): AsyncIterableIterator<Message> {
      return this.output.responses;
    }

    get hasBegun(): boolean {
      return this.output.hasBegun;
    }

    // As in grpc-js, the first message is what sends the metadata; they have gone even if nobody has read it yet.
    override sendMetadata(metadata: Metadata): void {
      if (!this.hasBegun) super.sendMetadata(metadata);
    }

    override write(message: unknown, ...rest: unknown[]): boolean {
      if (!this.output.accepts(message, rest.at(-1))) return false;
      return super.write(message, ...(rest as [BufferEncoding]));
    }

    override _write(message: Message, _encoding: BufferEncoding, callback: () => void): void {
      this.output.push(message, callback);
    }

    override _final(callback: () => void): void {
      this.output.finish();
      callback();
    }

    override end(trailers?: unknown): this {
      this.output.addTrailers(trailers);
      return super.end();
    }
  }
  // The compiler cannot see through `extends base`; the instance is both.
  return Responses as unknown as new (
    ...options: ConstructorParameters<Base>
  ) => InstanceType<Base> & ResponseStream;
}

/** The call of a server-streaming handler: responses are written to it, or yielded by the handler. */
export class WritableCall extends withResponses(withSurface(Writable)) {
  readonly request: Message;

  constructor(context: ServerCall, request: Message) {
    super({ objectMode: true, captureRejections: true });
    this.context = context;
    this.request = request;
    this.output = new ResponseOutput(this, context);
  }
}

/** The call of a duplex-streaming handler. */
export class DuplexCall extends withResponses(withSurface(Duplex)) {
  readonly #read: () => void;

  constructor(context: ServerCall, requests: AsyncIterable<Message>) {
    super({ objectMode: true, captureRejections: true });
    this.context = context;
    this.output = new ResponseOutput(this, context);
    this.#read = createFeed(this, requests);
  }

  override _read(): void {
    this.#read();
  }

  // Ending the call is not failing the loop.
  override [Symbol.asyncIterator](): NodeJS.AsyncIterator<Message> {
    return readRequests(this, (error) => {
      if (!this.writableEnded) throw error;
      return { done: true, value: undefined };
    });
  }
}

/** A loop over the requests of a call. Leaving it is not leaving the call, which may yet be answered. */
function readRequests(
  call: Readable & CallSurface,
  onError: (error: unknown) => IteratorResult<Message>,
): NodeJS.AsyncIterator<Message> {
  const iterator = call.iterator({ destroyOnReturn: false }) as NodeJS.AsyncIterator<Message>;
  const { next } = iterator;
  iterator.next = () =>
    next.call(iterator).catch((error: unknown) => {
      // Of a stream that is destroyed, node says no more than that it has ended early.
      if (call.context.cancellation !== undefined) throw call.context.cancellation;
      return onError(error);
    });
  return iterator;
}
