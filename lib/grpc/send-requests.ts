import { closeIterator } from "../call/close-iterator.js";
import type { Message } from "../call/message.js";

/** As much of a request stream of grpc-js as sending takes. */
interface RequestStream {
  write(message: Message): boolean;
  end(): void;
  cancel(): void;
  once(event: "drain", listener: () => void): unknown;
}

/** Sends the requests of a call until it is stopped. */
export interface Sending {
  /** Why there are no more requests, when their source has failed: the call fails with it, too. */
  readonly failure: { readonly error: unknown } | undefined;
  stop(): void;
}

/** Send requests as fast as the server takes them. A source that fails cancels the call. */
export function sendRequests(requests: AsyncIterable<Message>, stream: RequestStream): Sending {
  const iterator = requests[Symbol.asyncIterator]();
  let failure: Sending["failure"];
  let isStopped = false;
  let wake = () => {};

  async function send(): Promise<void> {
    for (let result = await iterator.next(); !isStopped; result = await iterator.next()) {
      if (result.done === true) {
        stream.end();
        return;
      }
      // A server that has answered takes no more: grpc-js then neither drains nor closes the stream.
      if (!stream.write(result.value)) await untilDrained();
      if (isStopped) return;
    }
  }

  function untilDrained(): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
      stream.once("drain", resolve);
    });
  }

  send().catch((error) => {
    if (isStopped) return;
    failure = { error };
    stream.cancel();
  });

  return {
    get failure() {
      return failure;
    },
    stop() {
      if (isStopped) return;
      isStopped = true;
      wake();
      closeIterator(iterator);
    },
  };
}
