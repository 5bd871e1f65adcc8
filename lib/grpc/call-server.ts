import type { CallOptions, Metadata, MethodDefinition, ServiceError, StatusObject } from "@grpc/grpc-js";
import type { ClientCall } from "../call/client-call.js";
import type { Handler } from "../call/handler.js";
import type { Message } from "../call/message.js";
import { createMessageQueue } from "../call/message-queue.js";
import { codes, RpcError } from "../call/rpc-error.js";
import { longestTimeout } from "../call/server-call.js";
import { createDeadlineError } from "../http/deadline.js";
import { withoutTransport } from "../rpc/transport-metadata.js";
import type { Connection } from "./connect.js";
import type { LimitConnecting, WaitingCall } from "./limit-connecting.js";
import type { ReadError } from "./read-service-error.js";
import { type ResponseStream, readStream } from "./read-stream.js";
import { type Sending, sendRequests } from "./send-requests.js";

/** In whole seconds, as grpc-js sends a time so long, rounded up; its servers take one beyond `longestTimeout` for past. */
const longestSent = Math.floor(longestTimeout / 1000) * 1000;

/** A method with the forms of its messages: objects, or bytes that are passed on as they are. */
export type CalledMethod = Pick<
  MethodDefinition<Message, Message>,
  "path" | "requestStream" | "responseStream" | "requestSerialize" | "responseDeserialize"
>;

/** What a call to a server is made for. */
export interface OutgoingCall
  extends Pick<ClientCall, "metadata" | "deadline" | "onMetadata" | "onTrailers"> {
  /** Why it was cancelled, if it is. */
  findCancellation(): RpcError | undefined;
  /** Run `listener` when it is cancelled; what is returned forgets it. */
  onCancel(listener: () => void): () => void;
}

/**
 * What makes a call to a server: grpc-js's four ways of calling as promises and async iterables, which fail by themselves
 * when what they are made for is cancelled.
 *
 * A call with a stream of responses begins when the first one is asked for, and is cancelled when the reader leaves.
 *
 * @param open tells what there is to send for a call.
 */
export function createCaller<Call>(
  { client, limitConnecting }: Connection,
  method: CalledMethod,
  readError: ReadError,
  open: (call: Call) => OutgoingCall,
): Handler<Call> {
  const { path, requestSerialize: serialize, responseDeserialize: deserialize } = method;
  const watch: Watch = { readError, limitConnecting };
  if (!method.requestStream && !method.responseStream) {
    return {
      kind: "unary",
      endsWithCall: true,
      handle: (request, call) =>
        answerOf(open(call), watch, ({ metadata }, options, callback) =>
          client.makeUnaryRequest(path, serialize, deserialize, request, metadata, options, callback),
        ),
    };
  }
  if (!method.responseStream) {
    return {
      kind: "client-streaming",
      endsWithCall: true,
      handle: (requests, call) =>
        answerOf(
          open(call),
          watch,
          ({ metadata }, options, callback) =>
            client.makeClientStreamRequest(path, serialize, deserialize, metadata, options, callback),
          (stream) => sendRequests(requests, stream),
        ),
    };
  }
  if (!method.requestStream) {
    return {
      kind: "server-streaming",
      endsWithCall: true,
      handle: (request, call) =>
        responsesOf(open(call), watch, ({ metadata }, options) =>
          client.makeServerStreamRequest(path, serialize, deserialize, request, metadata, options),
        ),
    };
  }
  return {
    kind: "duplex-streaming",
    endsWithCall: true,
    handle: (requests, call) =>
      responsesOf(
        open(call),
        watch,
        ({ metadata }, options) =>
          client.makeBidiStreamRequest(path, serialize, deserialize, metadata, options),
        (stream) => sendRequests(requests, stream),
      ),
  };
}

/** What is told when a call begins, and when it has failed. */
interface Watch {
  readonly readError: ReadError;
  readonly limitConnecting: LimitConnecting;
}

/** What the calls of all four kinds have in common. */
interface StartedCall extends WaitingCall {
  cancel(): void;
  on(event: "metadata", listener: (metadata: Metadata) => void): unknown;
  on(event: "status", listener: (status: StatusObject) => void): unknown;
}

type Callback = (error: ServiceError | null, response?: Message) => void;

function answerOf<Started extends StartedCall>(
  call: OutgoingCall,
  { readError, limitConnecting }: Watch,
  start: (call: OutgoingCall, options: CallOptions, callback: Callback) => Started,
  send?: (started: Started) => Sending,
): Promise<Message> {
  const cancellation = call.findCancellation();
  if (cancellation !== undefined) return Promise.reject(cancellation);
  return new Promise((resolve, reject) => {
    let release = nothing;
    let stopWaiting = nothing;
    let sending: Sending | undefined;
    let heard: Hearing | undefined;
    const callback: Callback = (error, response) => {
      release();
      stopWaiting();
      sending?.stop();
      // The status is told of after this.
      queueMicrotask(() => {
        const failure = sending?.failure ?? heard?.failure;
        if (failure !== undefined) reject(failure.error);
        else if (error !== null) reject(explain(call, readError(error)));
        // grpc-js calls back with one of the two.
        else resolve(response as Message);
      });
    };
    try {
      const started = start(call, readOptions(call), callback);
      release = call.onCancel(() => started.cancel());
      stopWaiting = limitConnecting(started);
      heard = listen(call, started);
      sending = send?.(started);
    } catch (error) {
      // Of a client that is closed.
      reject(readError(error));
    }
  });
}

/** By hand and not with a generator: of the cost of a small message, each promise is a part that can be seen. */
function responsesOf<Started extends StartedCall & ResponseStream>(
  call: OutgoingCall,
  { readError, limitConnecting }: Watch,
  start: (call: OutgoingCall, options: CallOptions) => Started,
  send?: (started: Started) => Sending,
): AsyncIterableIterator<Message> {
  const queue = createMessageQueue(leave);
  const { messages } = queue;
  let isBegun = false;
  let release = nothing;
  let stopWaiting = nothing;
  let sending: Sending | undefined;
  let heard: Hearing | undefined;
  let started: Started | undefined;

  function begin(): void {
    isBegun = true;
    // Its request would reach the server before the cancellation does.
    const cancellation = call.findCancellation();
    if (cancellation !== undefined) {
      queue.fail(cancellation);
      return;
    }
    try {
      const opened = start(call, readOptions(call));
      started = opened;
      release = call.onCancel(() => opened.cancel());
      stopWaiting = limitConnecting(opened);
      heard = listen(call, opened);
      readStream(opened, queue, finish);
      sending = send?.(opened);
    } catch (error) {
      queue.fail(readError(error));
      leave();
    }
  }

  /** Whatever ends it, it ends once. */
  function finish(failure: Hearing["failure"]): void {
    // Requests that fail when the server has ended the call well are of no interest any more.
    const reason = (failure && sending?.failure) ?? heard?.failure;
    if (reason !== undefined) queue.fail(reason.error);
    else if (failure !== undefined) queue.fail(explain(call, readError(failure.error)));
    else queue.end();
    leave();
  }

  function leave(): void {
    release();
    stopWaiting();
    sending?.stop();
    started?.cancel();
  }

  return {
    next() {
      if (!isBegun) begin();
      return messages.next();
    },
    async return() {
      isBegun = true;
      await messages.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function nothing(): void {}

/** A call that was cancelled from here fails with the reason, such as the deadline of the call that it is made for. */
function explain(call: OutgoingCall, error: unknown): unknown {
  if (!(error instanceof RpcError) || error.code !== codes.CANCELLED) return error;
  const cancellation = call.findCancellation();
  if (cancellation !== undefined) return cancellation;
  // A server may notice the deadline first, and resets the stream then, as grpc-go does.
  return Date.now() < call.deadline ? error : createDeadlineError();
}

/** The servers of grpc-js take a timeout that is longer than timers are for a short one. */
function readOptions({ deadline }: OutgoingCall): CallOptions {
  return deadline - Date.now() > longestSent ? {} : { deadline };
}

/** What the caller hears of a call. What its listeners throw fails the call, and nothing else. */
interface Hearing {
  failure: { readonly error: unknown } | undefined;
}

function listen({ onMetadata, onTrailers }: OutgoingCall, started: StartedCall): Hearing {
  const heard: Hearing = { failure: undefined };
  function tell(listener: (metadata: Metadata) => void, metadata: Metadata): void {
    try {
      listener(withoutTransport(metadata));
    } catch (error) {
      heard.failure ??= { error };
      started.cancel();
    }
  }
  if (onMetadata !== undefined) started.on("metadata", (metadata) => tell(onMetadata, metadata));
  if (onTrailers !== undefined) {
    started.on("status", ({ code, metadata }) => {
      if (code === codes.OK) tell(onTrailers, metadata);
    });
  }
  return heard;
}
