import { closeIterator } from "../call/close-iterator.js";
import type { Message } from "../call/message.js";
import { codes, RpcError } from "../call/rpc-error.js";
import type { ServerCall } from "../call/server-call.js";

/** What becomes of messages in the body of a response. */
export interface BodyForm<T> {
  write(message: Message): T;
  /** What comes after the last message, if anything does. */
  end(): T | undefined;
  /** The same for a call that failed. */
  fail(error: unknown): T;
}

/** What the messages of a body come from. */
export interface Source {
  readonly iterator: AsyncIterator<Message>;
  /** The next message, unless the call is cancelled. */
  readonly next: () => Promise<IteratorResult<Message>>;
  readonly call: ServerCall;
}

const over: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * The body of a response with a stream of messages, the first of which is there: what cannot be written of it is thrown,
 * while there is still a status to tell it by. A body that is not read to its end cancels its call.
 *
 * Written by hand: this costs one promise for each piece, and a generator three.
 */
export function openBody<T>(
  first: IteratorResult<Message>,
  { iterator, next, call }: Source,
  form: BodyForm<T>,
): AsyncIterableIterator<T> {
  let isOver = false;
  const close = () => {
    isOver = true;
    call.finish();
    closeIterator(iterator);
  };
  const end = (makeLast: () => T | undefined): IteratorResult<T> => {
    try {
      const last = makeLast();
      return last === undefined ? over : { done: false, value: last };
    } finally {
      close();
    }
  };
  const write = (result: IteratorResult<Message>): IteratorResult<T> =>
    result.done === true ? end(form.end) : { done: false, value: form.write(result.value) };
  const fail = (error: unknown) => end(() => form.fail(error));
  const writeOn = (result: IteratorResult<Message>) => {
    try {
      return write(result);
    } catch (error) {
      return fail(error);
    }
  };
  let opening: IteratorResult<T> | undefined = write(first);
  return {
    next() {
      const piece = opening;
      // It is not kept for as long as the stream lasts.
      opening = undefined;
      if (piece !== undefined) return Promise.resolve(piece);
      return isOver ? Promise.resolve(over) : next().then(writeOn, fail);
    },
    return() {
      call.cancel(() => new RpcError(codes.CANCELLED, "the response is not read to its end"));
      close();
      return Promise.resolve(over);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
