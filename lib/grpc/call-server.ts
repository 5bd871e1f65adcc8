import type { CallOptions, Metadata, MethodDefinition, ServiceError, StatusObject } from "@grpc/grpc-js";
import type { ClientCall } from "../call/client-call.js";
import type { Handler } from "../call/handler.js";
import type { Message } from "../call/message.js";
import { codes, RpcError } from "../call/rpc-error.js";
import { longestTimeout } from "../call/server-call.js";
import { createDeadlineError } from "../http/deadline.js";
import { withoutTransport } from "../rpc/transport-metadata.js";
import type { Connection } from "./connect.js";
import type { LimitConnecting, WaitingCall } from "./limit-connecting.js";
import type { ReadError } from "./read-service-error.js";
import { type Sending, sendRequests } from "./send-requests.js";

/** In whole seconds, as grpc-js sends a time so long, rounded up; its servers take one beyond `longestTimeout` for past. */
const longestSent = Math.floor(longestTimeout / 1000) * 1000;

/** A method with the forms of its messages: objects, or bytes that are passed on as they are. */
export type CalledMethod = Pick<
  MethodDefinition<Message, Message>,
  "path" | "requestStream" | "responseStream" | "requestSerialize" | "responseDeserialize"
>;

/**
 * What makes a call to a server, at the end of the client's interceptors: grpc-js's four ways of calling as
 * promises and async iterables.
 *
 * A call with a stream of responses begins when the first one is asked for, and is cancelled when the reader leaves.
 */
export function createCaller(
  { client, limitConnecting }: Connection,
  method: CalledMethod,
  readError: ReadError,
): Handler<ClientCall> {
  const { path, requestSerialize: serialize, responseDeserialize: deserialize } = method;
  const watch: Watch = { readError, limitConnecting };
  if (!method.requestStream && !method.responseStream) {
    return {
      kind: "unary",
      handle: (request, call) =>
        answerOf(call, watch, (options, callback) =>
          client.makeUnaryRequest(path, serialize, deserialize, request, call.metadata, options, callback),
        ),
    };
  }
  if (!method.responseStream) {
    return {
      kind: "client-streaming",
      handle: (requests, call) =>
        answerOf(
          call,
          watch,
          (options, callback) =>
            client.makeClientStreamRequest(path, serialize, deserialize, call.metadata, options, callback),
          (stream) => sendRequests(requests, stream),
        ),
    };
  }
  if (!method.requestStream) {
    return {
      kind: "server-streaming",
      handle: (request, call) =>
        responsesOf(call, watch, (options) =>
          client.makeServerStreamRequest(path, serialize, deserialize, request, call.metadata, options),
        ),
    };
  }
  return {
    kind: "duplex-streaming",
    handle: (requests, call) =>
      responsesOf(
        call,
        watch,
        (options) => client.makeBidiStreamRequest(path, serialize, deserialize, call.metadata, options),
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
  call: ClientCall,
  { readError, limitConnecting }: Watch,
  start: (options: CallOptions, callback: Callback) => Started,
  send?: (started: Started) => Sending,
): Promise<Message> {
  if (call.signal?.aborted === true) return Promise.reject(createAbortError(call.signal));
  return new Promise((resolve, reject) => {
    let release = () => {};
    let stopWaiting = () => {};
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
      const started = start(readOptions(call), callback);
      release = cancelOnAbort(call, started);
      stopWaiting = limitConnecting(started);
      heard = listen(call, started);
      sending = send?.(started);
    } catch (error) {
      // Of a client that is closed.
      reject(readError(error));
    }
  });
}

function responsesOf<Started extends StartedCall & AsyncIterable<Message>>(
  call: ClientCall,
  { readError, limitConnecting }: Watch,
  start: (options: CallOptions) => Started & { on(event: "error", listener: () => void): unknown },
  send?: (started: Started) => Sending,
): AsyncIterableIterator<Message> {
  let release = () => {};
  let stopWaiting = () => {};
  let sending: Sending | undefined;
  let heard: Hearing | undefined;
  let started: Started | undefined;
  let isLeft = false;

  async function* read(): AsyncGenerator<Message> {
    // Its request would reach the server before the cancellation does.
    if (call.signal?.aborted === true) throw createAbortError(call.signal);
    try {
      const opened = start(readOptions(call));
      started = opened;
      // Cancelling a call is told as an error, even when nobody reads its responses any more.
      opened.on("error", () => {});
      release = cancelOnAbort(call, opened);
      stopWaiting = limitConnecting(opened);
      heard = listen(call, opened);
      sending = send?.(opened);
      yield* opened;
      if (heard.failure !== undefined) throw heard.failure.error;
    } catch (error) {
      if (isLeft) return;
      const failure = sending?.failure ?? heard?.failure;
      throw failure === undefined ? explain(call, readError(error)) : failure.error;
    } finally {
      leave();
    }
  }

  function leave(): void {
    release();
    stopWaiting();
    sending?.stop();
    started?.cancel();
  }

  const responses = read();
  return {
    next: () => responses.next(),
    return() {
      isLeft = true;
      // A generator would wait for the response that is being read.
      leave();
      return responses.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** A call that was cancelled from here fails with the reason, such as the deadline of the call that it is made for. */
function explain({ signal, deadline }: ClientCall, error: unknown): unknown {
  if (!(error instanceof RpcError) || error.code !== codes.CANCELLED) return error;
  if (signal?.aborted === true) return createAbortError(signal);
  // A server may notice the deadline first, and resets the stream then, as grpc-go does.
  return Date.now() < deadline ? error : createDeadlineError();
}

function createAbortError({ reason }: AbortSignal): RpcError {
  if (reason instanceof RpcError) return reason;
  return new RpcError(codes.CANCELLED, "the call was cancelled by its caller", { cause: reason });
}

/** The servers of grpc-js take a timeout that is longer than timers are for a short one. */
function readOptions({ deadline }: ClientCall): CallOptions {
  return deadline - Date.now() > longestSent ? {} : { deadline };
}

/** What the caller hears of a call. What its listeners throw fails the call, and nothing else. */
interface Hearing {
  failure: { readonly error: unknown } | undefined;
}

function listen({ onMetadata, onTrailers }: ClientCall, started: StartedCall): Hearing {
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

function cancelOnAbort({ signal }: ClientCall, started: StartedCall): () => void {
  if (signal === undefined) return () => {};
  const cancel = () => started.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  return () => signal.removeEventListener("abort", cancel);
}
