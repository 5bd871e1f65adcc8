import type { Message } from "./message.js";

/**
 * Between one who pushes messages and one who pulls them. Each message is accepted when the reader takes it, so the
 * stream in front of the queue fills up, and its `write` says so, when nobody reads.
 */
export interface MessageQueue<T = Message> {
  /** Take one message; `accepted` is called when the reader has taken it. */
  push(message: T, accepted?: () => void): void;
  /** No more messages. The first end or failure counts; the reader gets what was pushed before it. */
  end(): void;
  fail(error: unknown): void;
  readonly messages: AsyncIterableIterator<T>;
}

/** @param onAbandon the reader leaves before the end. */
export function createMessageQueue<T = Message>(onAbandon: () => void): MessageQueue<T> {
  const waiting: { readonly message: T; readonly accepted: (() => void) | undefined }[] = [];
  let ending: { readonly failure?: { readonly error: unknown } } | undefined;
  const readers: { resolve(result: IteratorResult<T>): void; reject(error: unknown): void }[] = [];

  function finish(end: NonNullable<typeof ending>): void {
    if (ending !== undefined) return;
    ending = end;
    for (const { resolve, reject } of readers.splice(0)) over().then(resolve, reject);
  }

  /** As of a generator, the first who asks hears of the failure, and those after it of the end. */
  function over(): Promise<IteratorResult<T>> {
    const failure = ending?.failure;
    ending = {};
    return failure === undefined
      ? Promise.resolve({ done: true, value: undefined })
      : Promise.reject(failure.error);
  }

  function next(): Promise<IteratorResult<T>> {
    const first = waiting.shift();
    if (first !== undefined) {
      first.accepted?.();
      return Promise.resolve({ done: false, value: first.message });
    }
    if (ending !== undefined) return over();
    return new Promise((resolve, reject) => {
      readers.push({ resolve, reject });
    });
  }

  return {
    push(message, accepted) {
      if (ending !== undefined) {
        accepted?.();
        return;
      }
      const reader = readers.shift();
      if (reader === undefined) {
        waiting.push({ message, accepted });
        return;
      }
      accepted?.();
      reader.resolve({ done: false, value: message });
    },
    end: () => finish({}),
    fail: (error) => finish({ failure: { error } }),
    messages: {
      next,
      async return() {
        waiting.length = 0;
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
