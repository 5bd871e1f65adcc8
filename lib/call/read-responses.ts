import { Readable } from "node:stream";
import { closeIterator } from "./close-iterator.js";
import type { DuplexCall, WritableCall } from "./handler-call.js";
import type { Message } from "./message.js";
import { createMessageError } from "./message-error.js";
import type { MethodImplementation } from "./method-implementation.js";
import { isPlainObject, isThenable } from "./returned-value.js";
import type { ServerCall } from "./server-call.js";
import { toError } from "./status.js";

type WritingCall = WritableCall | DuplexCall;

/**
 * Run a handler with a stream of responses: they are what it returned, if that can be iterated, else what is written to
 * its call.
 */
export function readResponses(
  call: ServerCall,
  handlerCall: WritingCall,
  run: MethodImplementation,
): AsyncIterator<Message> {
  let result: unknown;
  try {
    result = run(handlerCall, undefined);
  } catch (error) {
    handlerCall.destroy();
    throw error;
  }
  const yielded = findAnswer(result, handlerCall);
  if (yielded !== undefined) return readYielded(call, handlerCall, yielded);
  if (isThenable(result)) {
    result
      .then((value) => writePromised(value, call, handlerCall))
      .then(undefined, (error) => {
        handlerCall.emit("error", error ?? new Error(`the handler rejected with ${error}`));
      });
  }
  return handlerCall.responses;
}

/**
 * What a handler returned, if it is its answer. One that writes to its call returns anything: the call, what `map` makes
 * of its writes, the stream whose `data` event it listens to.
 */
function findAnswer(result: unknown, handlerCall: WritingCall): AsyncIterator<Message> | undefined {
  if (typeof result !== "object" || result === null) return undefined;
  if (result === handlerCall || handlerCall.hasBegun) return undefined;
  if (result instanceof Readable && result.readableFlowing !== null) return undefined;
  if (Symbol.asyncIterator in result) return (result as AsyncIterable<Message>)[Symbol.asyncIterator]();
  if (!(Symbol.iterator in result)) return undefined;
  const iterator = (result as Iterable<Message>)[Symbol.iterator]();
  return {
    next: async () => iterator.next(),
    return: async () => iterator.return?.() ?? { done: true, value: undefined },
  };
}

/** The iterable of a promise is written to the call, message by message: by then the call is being read. */
async function writePromised(value: unknown, call: ServerCall, handlerCall: WritingCall): Promise<void> {
  const iterator = findAnswer(value, handlerCall);
  if (iterator === undefined) {
    if (!isPlainObject(value) || handlerCall.hasBegun) return;
    throw new TypeError(
      `${call.method.fullName} answered one message: it must answer with an iterable of them`,
    );
  }
  call.onCancel(() => closeIterator(iterator));
  for (let result = await iterator.next(); result.done !== true; result = await iterator.next()) {
    if (!handlerCall.write(result.value) && !isOver(handlerCall)) {
      await new Promise<void>((resolve) => {
        handlerCall.once("drain", resolve).once("close", resolve);
      });
    }
    if (isOver(handlerCall)) {
      await iterator.return?.();
      return;
    }
  }
  handlerCall.end();
}

function isOver({ destroyed, writableEnded }: WritingCall): boolean {
  return destroyed || writableEnded;
}

/** A handler that yields and ignores its signal must not hold up the end of a cancelled call. */
function readYielded(
  call: ServerCall,
  handlerCall: WritingCall,
  iterator: AsyncIterator<Message>,
): AsyncIterator<Message> {
  let failure: { readonly error: unknown } | undefined;
  let interrupt: (reason: unknown) => void = () => {};
  handlerCall.once("error", (error) => {
    // One that is destroyed tells what its requests failed with, which the handler is told where it reads them.
    if (handlerCall.destroyed) return;
    failure = { error };
    interrupt(error);
  });
  // A generator runs on to its next yield; there it ends, with its finally blocks.
  call.onCancel((reason) => {
    closeIterator(iterator);
    interrupt(reason);
  });
  const pull = () =>
    new Promise<IteratorResult<Message>>((resolve, reject) => {
      // It may have failed while nobody read.
      if (failure !== undefined) return reject(failure.error);
      interrupt = reject;
      iterator.next().then(resolve, reject);
    });
  const check = (result: IteratorResult<Message>) => {
    if (failure !== undefined) return fail(failure.error);
    if (result.done === true) handlerCall.destroy();
    else if (typeof result.value !== "object" || result.value === null) {
      return fail(createMessageError(call, result.value));
    }
    return result;
  };
  const fail = (error: unknown) => {
    closeIterator(iterator);
    handlerCall.destroy();
    throw toError(error);
  };
  return {
    next: () => (call.cancelled ? Promise.reject(call.cancellation) : pull().then(check, fail)),
    async return() {
      handlerCall.destroy();
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
}
