import type { Writable } from "node:stream";
import type { Message } from "./message.js";
import { createMessageError } from "./message-error.js";
import { createMessageQueue, type MessageQueue } from "./message-queue.js";
import type { ServerCall } from "./server-call.js";
import { toError } from "./status.js";

/** The writing side of the call of a handler. Whatever the handler does to it, its responses end once. */
export interface ResponseOutput extends Pick<MessageQueue, "push"> {
  readonly responses: AsyncIterableIterator<Message>;
  /** The handler has written a message, or ended the call. */
  hasBegun(): boolean;
  /** Can this be written? If not, the handler is told as a stream tells it, and nothing is thrown. */
  accepts(message: unknown, callback: unknown): boolean;
  /** Everything that was written has been taken. */
  finish(): void;
  /** grpc-js ends a stream with its trailers, not with a last message. */
  addTrailers(trailers: unknown): void;
}

/** Make responses of what is written to a stream. */
export function createOutput(stream: Writable, context: ServerCall): ResponseOutput {
  const queue = createMessageQueue(() => stream.destroy());
  let failure: Error | undefined;
  let hasWritten = false;

  // As in grpc-js, emit("error", …) ends the call with that status, after what was written before it.
  stream.on("error", (error) => {
    if (failure !== undefined) return;
    const reason: unknown = error ?? new Error("the call emitted an error without a value");
    if (stream.writableEnded) {
      context.reportFault(reason);
      return;
    }
    failure = toError(reason);
    if (stream.destroyed) queue.fail(failure);
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
    hasBegun() {
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
      else queue.fail(failure);
    },
    addTrailers(trailers) {
      // node's streams end with a callback, too.
      if (typeof trailers === "function") return;
      try {
        context.addTrailers(trailers);
      } catch (error) {
        stream.emit("error", error);
      }
    },
  };
}

function findWriteError(stream: Writable, context: ServerCall, message: unknown): Error | undefined {
  if (stream.writableEnded) {
    return new Error(`${context.method.fullName} wrote a message after the end of its call`);
  }
  return typeof message === "object" && message !== null ? undefined : createMessageError(context, message);
}
