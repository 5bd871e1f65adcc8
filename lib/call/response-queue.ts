import type { Message } from "./message.js";

/**
 * Between a handler that pushes its responses and a door that pulls them: at most one message waits here, so the
 * stream in front of it fills up, and its `write` says so, when nobody reads.
 */
export interface ResponseQueue {
  /** Take one message; `accepted` is called when the reader has taken it. */
  push(message: Message, accepted: () => void): void;
  /** No more messages. The first end or failure counts. */
  end(): void;
  fail(error: unknown): void;
  readonly responses: AsyncIterableIterator<Message>;
}

/** @param onAbandon the reader leaves before the end. */
export function createResponseQueue(onAbandon: () => void): ResponseQueue {
  let waiting: { message: Message; accepted: () => void } | undefined;
  let ending: { readonly failure?: { readonly error: unknown } } | undefined;
  let reader: { resolve(result: IteratorResult<Message>): void; reject(error: unknown): void } | undefined;

  function finish(end: NonNullable<typeof ending>): void {
    if (ending !== undefined) return;
    ending = end;
    if (reader === undefined) return;
    const { resolve, reject } = reader;
    reader = undefined;
    if (end.failure === undefined) resolve({ done: true, value: undefined });
    else reject(end.failure.error);
  }

  function next(): Promise<IteratorResult<Message>> {
    if (waiting !== undefined) {
      const { message, accepted } = waiting;
      waiting = undefined;
      accepted();
      return Promise.resolve({ done: false, value: message });
    }
    if (ending?.failure !== undefined) return Promise.reject(ending.failure.error);
    if (ending !== undefined) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      reader = { resolve, reject };
    });
  }

  return {
    push(message, accepted) {
      if (ending !== undefined) return accepted();
      if (reader === undefined) {
        waiting = { message, accepted };
        return;
      }
      const { resolve } = reader;
      reader = undefined;
      accepted();
      resolve({ done: false, value: message });
    },
    end: () => finish({}),
    fail: (error) => finish({ failure: { error } }),
    responses: {
      next,
      async return() {
        waiting = undefined;
        if (ending === undefined) {
          finish({});
          onAbandon();
        }
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    },
  };
}
