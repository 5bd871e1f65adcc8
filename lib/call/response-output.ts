import type { Writable } from "node:stream";
import type { Message } from "./message.js";
import { createMessageError } from "./message-error.js";
import { createMessageQueue, type MessageQueue } from "./message-queue.js";
import type { ServerCall } from "./server-call.js";
import { toError } from "./status.js";

/**
 * Makes responses of what is written to a stream: the writing side of the call of a handler. Whatever the handler does to
 * it, its responses end once.
 */
export class ResponseOutput {
  readonly #stream: Writable;
  readonly #context: ServerCall;
  #queue: MessageQueue | undefined;
  #failure: Error | undefined;
  #hasWritten = false;

  constructor(stream: Writable, context: ServerCall) {
    this.#stream = stream;
    this.#context = context;
    stream.on("error", (error) => this.#hear(error));
    stream.once("finish", () => stream.destroy());
    stream.once("close", () => this.#fail(new Error("the handler destroyed its call before the end")));
    context.onCancel((reason) => {
      stream.emit("cancelled", "cancelled");
      this.#fail(reason);
      stream.destroy();
    });
  }

  get responses(): AsyncIterableIterator<Message> {
    return this.#openQueue().messages;
  }

  /** The handler has written a message, or ended the call. */
  get hasBegun(): boolean {
    return this.#hasWritten || this.#stream.writableEnded;
  }

  /** Can this be written? If not, the handler is told as a stream tells it, and nothing is thrown. */
  accepts(message: unknown, callback: unknown): boolean {
    this.#hasWritten = true;
    const error = findWriteError(this.#stream, this.#context, message);
    if (error === undefined) return true;
    if (!this.#stream.writableEnded) this.#stream.emit("error", error);
    else if (this.#failure === undefined) this.#context.reportFault(error);
    if (typeof callback === "function") callback(error);
    return false;
  }

  /** Take one message; `accepted` is called when the reader has taken it. */
  push(message: Message, accepted: () => void): void {
    this.#openQueue().push(message, accepted);
  }

  /** Everything that was written has been taken. */
  finish(): void {
    if (this.#failure === undefined) this.#openQueue().end();
    else this.#fail(this.#failure);
  }

  /** grpc-js ends a stream with its trailers, not with a last message. */
  addTrailers(trailers: unknown): void {
    // node's streams end with a callback, too.
    if (typeof trailers === "function") return;
    try {
      this.#context.addTrailers(trailers);
    } catch (error) {
      this.#stream.emit("error", error);
    }
  }

  /** As in grpc-js, emit("error", …) ends the call with that status, after what was written before it. */
  #hear(error: unknown): void {
    if (this.#failure !== undefined) return;
    const reason = error ?? new Error("the call emitted an error without a value");
    if (this.#stream.writableEnded) {
      this.#context.reportFault(reason);
      return;
    }
    this.#failure = toError(reason);
    if (this.#stream.destroyed) this.#fail(this.#failure);
    else this.#stream.end();
  }

  #fail(error: unknown): void {
    this.#openQueue().fail(error);
  }

  /** A handler that yields its responses writes none: it needs a queue at the end of its call only. */
  #openQueue(): MessageQueue {
    this.#queue ??= createMessageQueue(() => this.#stream.destroy());
    return this.#queue;
  }
}

function findWriteError(stream: Writable, context: ServerCall, message: unknown): Error | undefined {
  if (stream.writableEnded) {
    return new Error(`${context.method.fullName} wrote a message after the end of its call`);
  }
  return typeof message === "object" && message !== null ? undefined : createMessageError(context, message);
}
