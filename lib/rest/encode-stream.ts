import type { OutgoingHttpHeaders } from "node:http";
import { closeIterator } from "../call/close-iterator.js";
import type { Message } from "../call/message.js";
import { codes, RpcError } from "../call/rpc-error.js";
import { readStatus } from "../call/status.js";
import { encodeGrpcMessage } from "../http/grpc-message.js";
import type { HttpResponse } from "../http/http-message.js";
import { chooseStreamFormat } from "./choose-stream-format.js";
import type { ErrorEncoder } from "./encode-error.js";
import type { MessageEncoder } from "./encode-message.js";
import {
  openHeaders,
  type ResponseContext,
  readTrailers,
  successStatus,
  type Trailers,
} from "./encode-response.js";
import { withKeepAlive } from "./keep-alive.js";
import { type StreamFormat, streamFormats } from "./stream-format.js";

export interface StreamContext extends ResponseContext {
  readonly encoder: MessageEncoder;
  /** The client asks for server-sent events. */
  readonly wantsEvents: boolean;
  readonly errors: ErrorEncoder;
  /** The responses fail by themselves when the call is cancelled. */
  readonly endsWithCall: boolean;
}

/**
 * The answer of a call with a stream of responses. It begins when the first message is there, so that a failure
 * before it is an ordinary error response.
 */
export async function encodeStream(
  responses: AsyncIterable<Message>,
  context: StreamContext,
): Promise<HttpResponse> {
  const { call, encoder } = context;
  const iterator = responses[Symbol.asyncIterator]();
  const pull = () => iterator.next();
  // What has been written before the call was cancelled is not sent any more.
  const next = context.endsWithCall
    ? () => (call.cancellation === undefined ? pull() : Promise.reject(call.cancellation))
    : () => call.untilCancelled(pull);
  const source = { iterator, next, context };
  // Interceptors see a call that was over before it began, too.
  if (call.cancellation !== undefined) iterator.next().catch(() => {});
  try {
    return encoder.kind === "http-body"
      ? await encodePieces(encoder.encode, source)
      : await encodeItems(encoder.encode, source);
  } catch (error) {
    closeIterator(iterator);
    throw error;
  }
}

interface Source {
  readonly iterator: AsyncIterator<Message>;
  readonly next: () => Promise<IteratorResult<Message>>;
  readonly context: StreamContext;
}

type EncodeItem = Extract<MessageEncoder, { kind: "json" }>["encode"];
type EncodePiece = Extract<MessageEncoder, { kind: "http-body" }>["encode"];

async function encodeItems(encode: EncodeItem, source: Source): Promise<HttpResponse> {
  const { context, iterator } = source;
  const format = streamFormats[chooseStreamFormat(context)];
  const interval = format.comment === undefined ? undefined : context.settings.streamKeepAlive;
  const next = interval === undefined ? source.next : withKeepAlive(source.next, interval);
  const read = async (): Promise<Reading<string>> => {
    const reading = await next();
    if (reading === "silence") return reading;
    return reading.done === true ? reading : { done: false, value: encode(reading.value) };
  };
  const ending: Ending = {};
  let first: Promise<Reading<string>> | undefined = read();
  // What cannot be written fails the call while there is still a status to tell it by.
  await first;
  /** The first item is not kept for as long as the stream lasts. */
  const readOn = () => {
    const reading = first ?? read();
    first = undefined;
    return reading;
  };
  const status = successStatus(context.call);
  const headers = openHeaders(context);
  setStreamHeaders(headers, format);
  const items = writeItems({ read: readOn, iterator, format, ending }, context);
  return {
    status,
    headers,
    body: stoppable(items, source),
    trailers: () => readEnding(ending, context),
  };
}

function setStreamHeaders(headers: OutgoingHttpHeaders, format: StreamFormat): void {
  headers["content-type"] = format.contentType;
  // A cache must not give it to a client that accepts another format.
  headers.vary = headers.vary === undefined ? "Accept" : `${headers.vary}, Accept`;
  if (format === streamFormats.sse) headers["cache-control"] ??= "no-cache";
  // nginx holds back what it does not know to be a stream.
  headers["x-accel-buffering"] ??= "no";
}

/** How a stream has ended, once it has. */
interface Ending {
  error?: unknown;
}

/** What a source of items gives: one, its end, or a while without either. */
type Reading<T> = IteratorResult<T> | "silence";

interface Items {
  readonly read: () => Promise<Reading<string>>;
  readonly iterator: AsyncIterator<Message>;
  readonly format: StreamFormat;
  readonly ending: Ending;
}

async function* writeItems(
  { read, iterator, format, ending }: Items,
  { call, request, errors }: StreamContext,
): AsyncGenerator<string> {
  let isFirst = true;
  try {
    for (let reading = await read(); reading === "silence" || reading.done !== true; reading = await read()) {
      if (reading === "silence") {
        yield format.comment ?? "";
        continue;
      }
      yield format.item(reading.value, isFirst);
      isFirst = false;
    }
  } catch (error) {
    ending.error = error;
    yield format.error(errors.encodeItem(error, request, call), isFirst);
    isFirst = false;
  } finally {
    call.finish();
    closeIterator(iterator);
  }
  const end = format.end(isFirst);
  if (end !== "") yield end;
}

async function encodePieces(encode: EncodePiece, source: Source): Promise<HttpResponse> {
  const { context, next } = source;
  const first = await next();
  const opening = first.done === true ? undefined : encode(first.value);
  const status = successStatus(context.call);
  const headers = openHeaders(context);
  headers["content-type"] = opening?.contentType ?? "application/octet-stream";
  const pieces = writePieces(opening?.data, encode, source);
  return {
    status,
    headers,
    body: stoppable(pieces, source),
    trailers: () => readEnding({}, context),
  };
}

/** The pieces of an HttpBody; a failure cuts the response off, since there is no place in it to say so. */
async function* writePieces(
  opening: Uint8Array | undefined,
  encode: EncodePiece,
  { iterator, next, context: { call, settings } }: Source,
): AsyncGenerator<Uint8Array> {
  try {
    if (opening === undefined) return;
    yield opening;
    for (let read = await next(); read.done !== true; read = await next()) yield encode(read.value).data;
  } catch (error) {
    const { unexpected } = readStatus(error);
    if (unexpected !== undefined) settings.onError(unexpected, call);
    throw error;
  } finally {
    call.finish();
    closeIterator(iterator);
  }
}

/** A body that ends its call when it is not read to its end: a generator that was never begun would not. */
function stoppable<T>(
  pieces: AsyncGenerator<T>,
  { iterator, context: { call } }: Source,
): AsyncIterableIterator<T> {
  return {
    next: () => pieces.next(),
    return() {
      call.cancel(() => new RpcError(codes.CANCELLED, "the response is not read to its end"));
      call.finish();
      closeIterator(iterator);
      return pieces.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** The last item has the whole text; clients refuse a response whose headers and trailers have more than 16 KiB. */
const longestTrailer = 500;

/**
 * The status of the stream, as gRPC's trailers tell it, with the trailing metadata of the call for clients that
 * ask for trailers.
 */
function readEnding({ error }: Ending, context: StreamContext): Trailers {
  if (error === undefined) return { ...readTrailers(context), "grpc-status": "0" };
  const { code, message, metadata } = readStatus(error);
  return {
    ...readTrailers(context, metadata),
    "grpc-status": String(code),
    "grpc-message": encodeGrpcMessage(message.slice(0, longestTrailer)),
  };
}
