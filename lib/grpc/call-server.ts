import type { CallOptions, Metadata, MethodDefinition, ServiceError, StatusObject } from "@grpc/grpc-js";
import type { ClientCall } from "../call/client-call.js";
import type { Handler } from "../call/handler.js";
import type { Message } from "../call/message.js";
import { withoutTransport } from "../rpc/transport-metadata.js";
import type { Connection } from "./connect.js";
import type { LimitConnecting, WaitingCall } from "./limit-connecting.js";
import type { ReadError } from "./read-service-error.js";
import { type Sending, sendRequests } from "./send-requests.js";

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
  return new Promise((resolve, reject) => {
    let release = () => {};
    let stopWaiting = () => {};
    let sending: Sending | undefined;
    const callback: Callback = (error, response) => {
      release();
      stopWaiting();
      sending?.stop();
      if (sending?.failure !== undefined) reject(sending.failure.error);
      else if (error !== null) reject(readError(error));
      // grpc-js calls back with one of the two.
      else resolve(response as Message);
    };
    try {
      const started = start(readOptions(call), callback);
      release = cancelOnAbort(call, started);
      stopWaiting = limitConnecting(started);
      listen(call, started);
      sending = send?.(started);
    } catch (error) {
      // Of a client that is closed.
      reject(readError(error));
    }
  });
}

async function* responsesOf<Started extends StartedCall & AsyncIterable<Message>>(
  call: ClientCall,
  { readError, limitConnecting }: Watch,
  start: (options: CallOptions) => Started & { on(event: "error", listener: () => void): unknown },
  send?: (started: Started) => Sending,
): AsyncGenerator<Message> {
  let release = () => {};
  let stopWaiting = () => {};
  let sending: Sending | undefined;
  let started: Started | undefined;
  try {
    const opened = start(readOptions(call));
    started = opened;
    // Cancelling a call is told as an error, even when nobody reads its responses any more.
    opened.on("error", () => {});
    release = cancelOnAbort(call, opened);
    stopWaiting = limitConnecting(opened);
    listen(call, opened);
    sending = send?.(opened);
    yield* opened;
  } catch (error) {
    throw sending?.failure === undefined ? readError(error) : sending.failure.error;
  } finally {
    release();
    stopWaiting();
    sending?.stop();
    started?.cancel();
  }
}

/** About 24.8 days. The servers of grpc-js take a longer timeout for a short one, and no timer waits as long. */
const longestTimeout = 2 ** 31 - 1;

function readOptions({ deadline }: ClientCall): CallOptions {
  return deadline - Date.now() > longestTimeout ? {} : { deadline };
}

function listen({ onMetadata, onTrailers }: ClientCall, started: StartedCall): void {
  if (onMetadata !== undefined) {
    started.on("metadata", (metadata) => onMetadata(withoutTransport(metadata)));
  }
  if (onTrailers === undefined) return;
  started.on("status", ({ code, metadata }) => {
    if (code === 0) onTrailers(withoutTransport(metadata));
  });
}

function cancelOnAbort({ signal }: ClientCall, started: StartedCall): () => void {
  if (signal === undefined) return () => {};
  const cancel = () => started.cancel();
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  return () => signal.removeEventListener("abort", cancel);
}
