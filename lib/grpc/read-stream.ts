import type { Message } from "../call/message.js";
import type { MessageQueue } from "../call/message-queue.js";

/** As much of a stream of responses of grpc-js as reading it takes. */
export interface ResponseStream {
  on(event: "data", listener: (message: Message) => void): unknown;
  on(event: "error", listener: (error: unknown) => void): unknown;
  on(event: "end" | "close", listener: () => void): unknown;
  pause(): unknown;
  resume(): unknown;
  isPaused(): boolean;
}

/**
 * Read a stream into a queue, no faster than the messages are taken out of it. By events, since the iterator of a stream
 * costs a small message as much again as all else that is done with it here.
 *
 * @param onEnd is called after the last message, once.
 */
export function readStream(
  stream: ResponseStream,
  queue: Pick<MessageQueue, "push">,
  onEnd: (failure: { readonly error: unknown } | undefined) => void,
): void {
  let waiting = 0;
  let failure: { readonly error: unknown } | undefined;
  let isOver = false;
  const onTaken = () => {
    waiting--;
    if (stream.isPaused()) stream.resume();
  };
  stream.on("data", (message) => {
    waiting++;
    queue.push(message, onTaken);
    if (waiting > 0) stream.pause();
  });
  // grpc-js tells of it ahead of the messages that still wait in the stream.
  stream.on("error", (error) => {
    failure ??= { error };
  });
  const finish = () => {
    if (isOver) return;
    isOver = true;
    onEnd(failure);
  };
  stream.on("end", finish);
  // Of one that is destroyed.
  stream.on("close", finish);
}
