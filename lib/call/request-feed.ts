import type { Readable } from "node:stream";
import { closeIterator } from "./close-iterator.js";
import type { Message } from "./message.js";

/**
 * Feed the requests of a call to the stream that a handler reads: one for each read, no sooner.
 *
 * @returns what the `_read` of the stream does.
 */
export function createFeed(stream: Readable, requests: AsyncIterable<Message>): () => void {
  let iterator: AsyncIterator<Message> | undefined;
  stream.once("close", () => closeIterator(iterator));
  return () => {
    iterator ??= requests[Symbol.asyncIterator]();
    iterator.next().then(
      ({ done, value }) => {
        if (done === true) stream.push(null);
        // A stream would take null for its end.
        else if (typeof value === "object" && value !== null) stream.push(value);
        else stream.destroy(new TypeError(`an interceptor passed on ${value} for a request`));
      },
      (error) => {
        // Who has answered needs no more requests, and nobody may take back what is still being sent.
        if (!("writableEnded" in stream && stream.writableEnded)) stream.destroy(error);
      },
    );
  };
}
