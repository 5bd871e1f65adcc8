import type { Metadata } from "@grpc/grpc-js";
import { closeIterator } from "../call/close-iterator.js";
import { createTurns } from "../call/create-turns.js";
import type { Endpoint } from "../call/endpoint.js";
import type { Handler } from "../call/handler.js";
import type { Message } from "../call/message.js";
import { createMetadata } from "../call/metadata.js";
import { codes, RpcError } from "../call/rpc-error.js";
import { type Door, ServerCall } from "../call/server-call.js";
import { createDeadlineError } from "../http/deadline.js";
import type { GrpcStatus, WriteStatus } from "./grpc-status.js";
import { emptyRequest, type MessageCoding } from "./message-coding.js";

/** The request messages of a call, as bytes. */
export interface Requests {
  /**
   * The next message, `undefined` after the last one.
   *
   * @throws RpcError when the client breaks off, or sends what is not made of messages.
   */
  next(): Promise<Buffer | undefined>;
  /**
   * Take the message of a call that has one, for those who know a shorter way than to be asked twice for the next: no
   * promise lies between its arrival and its handler. The error is an RpcError, UNIMPLEMENTED when there is no message or
   * more than one.
   */
  only?(onMessage: (message: Buffer) => void, onError: (error: unknown) => void): void;
}

/** Takes the responses of a call, as bytes. */
export interface Responses {
  /**
   * Send a message; false when the client is to be waited for.
   *
   * @throws RpcError when the message may not be sent.
   */
  write(message: Uint8Array): boolean | Promise<boolean>;
  /** Resolves when the client takes more, or is gone. */
  untilDrained(): Promise<void>;
  /** End the call well. */
  end(trailers: Metadata | undefined): void;
  /** End the call with a status; with nothing else, if nothing has been sent. */
  fail(status: GrpcStatus): void;
}

/** Everything that serving one call takes. */
export interface ServedCall {
  readonly endpoint: Endpoint;
  readonly call: ServerCall;
  readonly coding: MessageCoding;
  readonly requests: Requests;
  readonly responses: Responses;
  readonly writeStatus: WriteStatus;
  /** What of the call's headers cannot be read: the call fails before its handler, and interceptors see it. */
  readonly fault?: { readonly error: unknown } | undefined;
}

/** A call that came through `door`; its deadline, in milliseconds since 1970, cancels it. */
export function openCall({ method }: Endpoint, door: Door, deadline: number): ServerCall {
  const call = new ServerCall(method, door, deadline);
  if (deadline !== Number.POSITIVE_INFINITY) call.startTimer(createDeadlineError);
  return call;
}

/** The connection is gone; a call that has been answered does not mind. */
export function abandonCall(call: ServerCall): void {
  call.cancel(() =>
    // Who has another timer for the deadline, grpc-js or the client, may be the first.
    Date.now() >= call.deadline
      ? createDeadlineError()
      : new RpcError(codes.CANCELLED, "the client went away"),
  );
}

/** Run the handler of a call between its requests and its responses. Whatever fails is the status of the call. */
export function serveCall(served: ServedCall): void {
  const outcome = createOutcome(served);
  switch (served.endpoint.method.kind) {
    case "unary":
    case "server-streaming":
      serveSingle(served, outcome);
      break;
    case "client-streaming":
    case "duplex-streaming":
      serveRequests(served, outcome);
      break;
  }
}

type OfSingles = Extract<Handler, { kind: "unary" | "server-streaming" }>;
type OfStreams = Extract<Handler, { kind: "client-streaming" | "duplex-streaming" }>;

/** Ends a call; only the first end counts. */
interface Outcome {
  succeed(): void;
  fail(error: unknown): void;
}

function createOutcome({ call, responses, writeStatus }: ServedCall): Outcome {
  let isSettled = false;
  function fail(error: unknown): void {
    if (isSettled) return;
    isSettled = true;
    call.finish();
    try {
      responses.fail(writeStatus(error, call));
    } catch (fault) {
      // Nobody but the operator is left to hear of a status that cannot be sent; the client still waits for one.
      call.door.reportFault(fault, call);
      responses.fail({
        code: codes.INTERNAL,
        details: "the status cannot be sent",
        metadata: createMetadata(),
      });
    }
  }
  // A handler or an interceptor that ignores its signal must not hold up the answer of a cancelled call; one that
  // hears of it now can still add trailers.
  call.onCancel((reason) => queueMicrotask(() => fail(reason)));
  return {
    succeed() {
      if (isSettled) return;
      call.finish();
      responses.end(call.trailersIfAny);
      isSettled = true;
    },
    fail,
  };
}

// For the same with async functions, a unary call would take half as much memory again.

function serveSingle(served: ServedCall, outcome: Outcome): void {
  const { call, endpoint, coding, requests, fault } = served;
  let isBegun = false;
  function run(bytes: Buffer): void {
    if (isBegun) return;
    isBegun = true;
    let request: Message;
    try {
      request = coding.decode(bytes);
    } catch (error) {
      fail(error);
      return;
    }
    answer(served, outcome, () => (endpoint.handler as OfSingles).handle(request, call));
  }
  /** A request that cannot be read is a call that fails, as it is for REST: interceptors count and log it. */
  function fail(error: unknown): void {
    const handler = () => endpoint.failingHandler(error) as OfSingles;
    answer(served, outcome, () => handler().handle(emptyRequest(endpoint), call));
  }
  function runUnread(error: unknown): void {
    if (isBegun) return;
    isBegun = true;
    fail(error);
  }
  if (fault !== undefined) runUnread(fault.error);
  else if (requests.only !== undefined) requests.only(run, runUnread);
  else readOnly(requests).then(run, runUnread);
  // Interceptors see a call that was over before its request had come, too.
  call.onCancel((reason) => {
    if (!isBegun) runUnread(reason);
  });
}

function serveRequests(served: ServedCall, outcome: Outcome): void {
  const { call, endpoint, fault } = served;
  answer(served, outcome, () => {
    const handler = fault === undefined ? endpoint.handler : endpoint.failingHandler(fault.error);
    return (handler as OfStreams).handle(readAll(served), call);
  });
}

/** Send what a handler answers. */
function answer(
  served: ServedCall,
  outcome: Outcome,
  handle: () => Promise<Message> | AsyncIterable<Message>,
): void {
  try {
    const output = handle();
    if (Symbol.asyncIterator in output) sendStream(served, output).then(outcome.succeed).catch(outcome.fail);
    else output.then((message) => sendAnswer(served, outcome, message), outcome.fail);
  } catch (error) {
    outcome.fail(error);
  }
}

function sendAnswer({ call, coding, responses }: ServedCall, outcome: Outcome, message: Message): void {
  if (call.cancelled) return;
  try {
    const written = responses.write(coding.encode(message));
    if (typeof written === "boolean") outcome.succeed();
    else written.then(outcome.succeed).catch(outcome.fail);
  } catch (error) {
    outcome.fail(error);
  }
}

async function readOnly(requests: Requests): Promise<Buffer> {
  const request = await requests.next();
  if (request === undefined) throw createMissingMessage();
  if ((await requests.next()) !== undefined) throw createSecondMessage();
  return request;
}

/** @see https://github.com/grpc/grpc/blob/v1.66.0/doc/statuscodes.md for the code of a wrong number of requests */
export function createMissingMessage(): RpcError {
  return new RpcError(codes.UNIMPLEMENTED, "the request has no message");
}

export function createSecondMessage(): RpcError {
  return new RpcError(codes.UNIMPLEMENTED, "the request has more than one message");
}

async function* readAll({ call, coding, requests }: ServedCall): AsyncIterable<Message> {
  const nextTurn = createTurns();
  for (;;) {
    const bytes = await call.untilCancelled(() => requests.next());
    if (bytes === undefined) return;
    yield coding.decode(bytes);
    const turn = nextTurn();
    if (turn !== undefined) await turn;
  }
}

async function sendStream(served: ServedCall, messages: AsyncIterable<Message>): Promise<void> {
  const { call, coding, responses } = served;
  const iterator = messages[Symbol.asyncIterator]();
  // Interceptors see a call that was over before it began, too.
  let reading = iterator.next();
  call.onCancel(() => closeIterator(iterator));
  const nextTurn = createTurns();
  try {
    for (;;) {
      const result = await reading;
      if (result.done === true || call.cancelled) return;
      const written = responses.write(coding.encode(result.value));
      const isWritable = typeof written === "boolean" ? written : await written;
      if (!isWritable) await responses.untilDrained();
      const turn = nextTurn();
      if (turn !== undefined) await turn;
      reading = iterator.next();
    }
  } catch (error) {
    closeIterator(iterator);
    throw error;
  }
}
