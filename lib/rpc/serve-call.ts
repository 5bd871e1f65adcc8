import type { Metadata } from "@grpc/grpc-js";
import type { Endpoint } from "../call/endpoint.js";
import type {
  ClientStreamingHandler,
  DuplexStreamingHandler,
  Handler,
  ServerStreamingHandler,
  UnaryHandler,
} from "../call/handler.js";
import type { Message } from "../call/message.js";
import { codes, RpcError } from "../call/rpc-error.js";
import { type Door, ServerCall } from "../call/server-call.js";
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
  if (deadline !== Number.POSITIVE_INFINITY) {
    call.startTimer(() => new RpcError(codes.DEADLINE_EXCEEDED, "the deadline was exceeded"));
  }
  return call;
}

/** The connection is gone; a call that has been answered does not mind. */
export function abandonCall(call: ServerCall): void {
  call.cancel(() => new RpcError(codes.CANCELLED, "the client went away"));
}

/** Run the handler of a call between its requests and its responses. Whatever fails is the status of the call. */
export async function serveCall(served: ServedCall): Promise<void> {
  const { call, endpoint, responses, writeStatus } = served;
  try {
    switch (endpoint.method.kind) {
      case "unary": {
        const { handler, request } = await readSingle(served);
        await sendAnswer(served, () => (handler as { handle: UnaryHandler }).handle(request, call));
        break;
      }
      case "client-streaming": {
        const { handle } = findHandler(served) as { handle: ClientStreamingHandler };
        await sendAnswer(served, () => handle(readAll(served), call));
        break;
      }
      case "server-streaming": {
        const { handler, request } = await readSingle(served);
        await sendStream(served, () => (handler as { handle: ServerStreamingHandler }).handle(request, call));
        break;
      }
      case "duplex-streaming": {
        const { handle } = findHandler(served) as { handle: DuplexStreamingHandler };
        await sendStream(served, () => handle(readAll(served), call));
        break;
      }
    }
    call.finish();
    responses.end(call.trailersIfAny);
  } catch (error) {
    call.finish();
    responses.fail(writeStatus(error, call));
  }
}

function findHandler({ endpoint, fault }: ServedCall): Handler {
  return fault === undefined ? endpoint.handler : endpoint.failingHandler(fault.error);
}

interface Single {
  readonly handler: Handler;
  readonly request: Message;
}

/** A request that cannot be read is a call that fails, so that interceptors count and log it. */
async function readSingle({ call, endpoint, coding, requests, fault }: ServedCall): Promise<Single> {
  try {
    if (fault !== undefined) throw fault.error;
    const request = coding.decode(await call.untilCancelled(() => readOnly(requests)));
    return { handler: endpoint.handler, request };
  } catch (error) {
    if (call.cancelled) throw error;
    return { handler: endpoint.failingHandler(error), request: emptyRequest(endpoint) };
  }
}

/** @see https://github.com/grpc/grpc/blob/v1.66.0/doc/statuscodes.md for the code of a wrong number of requests */
async function readOnly(requests: Requests): Promise<Buffer> {
  const request = await requests.next();
  if (request === undefined) throw new RpcError(codes.UNIMPLEMENTED, "the request has no message");
  if ((await requests.next()) !== undefined) {
    throw new RpcError(codes.UNIMPLEMENTED, "the request has more than one message");
  }
  return request;
}

async function* readAll({ call, coding, requests }: ServedCall): AsyncIterable<Message> {
  for (;;) {
    const bytes = await call.untilCancelled(() => requests.next());
    if (bytes === undefined) return;
    yield coding.decode(bytes);
  }
}

async function sendAnswer(served: ServedCall, answer: () => Promise<Message>): Promise<void> {
  const { call, coding, responses } = served;
  const message = await call.untilCancelled(answer);
  const written = responses.write(coding.encode(message));
  if (typeof written !== "boolean") await written;
}

async function sendStream(served: ServedCall, respond: () => AsyncIterable<Message>): Promise<void> {
  const { call, coding, responses } = served;
  const iterator = respond()[Symbol.asyncIterator]();
  try {
    for (;;) {
      const result = await call.untilCancelled(() => iterator.next());
      if (result.done === true) return;
      const written = responses.write(coding.encode(result.value));
      const isWritable = typeof written === "boolean" ? written : await written;
      if (!isWritable) await call.untilCancelled(() => responses.untilDrained());
    }
  } catch (error) {
    // What a producer throws while it is being closed has nobody left to read it.
    iterator.return?.().then(undefined, () => {});
    throw error;
  }
}
