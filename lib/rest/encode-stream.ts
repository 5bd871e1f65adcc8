import type { OutgoingHttpHeaders } from "node:http";
import type { Message } from "../call/message.js";
import { readStatus } from "../call/status.js";
import type { HttpResponse } from "../http/http-message.js";
import type { ErrorEncoder } from "./encode-error.js";
import type { MessageEncoder } from "./encode-message.js";
import {
  openHeaders,
  type ResponseContext,
  readTrailers,
  successStatus,
  type Trailers,
} from "./encode-response.js";
import { type StreamFormat, type StreamFormatName, streamFormats } from "./stream-format.js";

export interface StreamContext extends ResponseContext {
  readonly encoder: MessageEncoder;
  /** The client asks for server-sent events. */
  readonly wantsEvents: boolean;
  readonly errors: ErrorEncoder;
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
  const next = () => call.untilCancelled(() => iterator.next());
  const ending: Ending = {};
  if (encoder.kind === "http-body") {
    const first = await next();
    const opening = first.done === true ? undefined : encoder.encode(first.value);
    const headers = openHeaders(context);
    headers["content-type"] = opening?.contentType ?? "application/octet-stream";
    const body = readPieces(
      opening?.data,
      { iterator, next, encode: (message) => encoder.encode(message).data },
      context,
    );
    return { status: successStatus(call), headers, body, trailers: () => readEnding(ending, context) };
  }
  const format = streamFormats[chooseFormat(context)];
  const reader = withKeepAlive(next, format, context.settings.streamKeepAlive);
  const first = await reader();
  const headers = openHeaders(context);
  setStreamHeaders(headers, format);
  const body = writeItems({ first, iterator, next: reader, format, ending, encode: encoder.encode }, context);
  return { status: successStatus(call), headers, body, trailers: () => readEnding(ending, context) };
}

/** What the client accepts, else what the options say; who accepts JSON or anything has no preference. */
function chooseFormat({ request, settings, wantsEvents }: StreamContext): StreamFormatName {
  const accept = request.headers.accept ?? "";
  if (wantsEvents || /(^|,)\s*text\/event-stream\s*(;|,|$)/i.test(accept)) return "sse";
  if (/(^|,)\s*application\/(x-ndjson|jsonl)\s*(;|,|$)/i.test(accept)) return "ndjson";
  return settings.streamFormat;
}

function setStreamHeaders(headers: OutgoingHttpHeaders, format: StreamFormat): void {
  headers["content-type"] = format.contentType;
  if (format !== streamFormats.sse) return;
  headers["cache-control"] ??= "no-cache";
  // nginx holds back what it does not know to be a stream.
  headers["x-accel-buffering"] ??= "no";
}

/** How a stream has ended, once it has. */
interface Ending {
  error?: unknown;
}

type Reading = IteratorResult<Message> | "silence";

interface Items {
  readonly first: Reading;
  readonly iterator: AsyncIterator<Message>;
  readonly next: () => Promise<Reading>;
  readonly format: StreamFormat;
  readonly ending: Ending;
  readonly encode: (message: Message) => string;
}

async function* writeItems(
  { first, iterator, next, format, ending, encode }: Items,
  { call, request, errors }: StreamContext,
): AsyncIterable<string> {
  let isFirst = true;
  try {
    for (let read = first; read === "silence" || read.done !== true; read = await next()) {
      if (read === "silence") {
        yield ": keep-alive\n\n";
        continue;
      }
      yield format.item(encode(read.value), isFirst);
      isFirst = false;
    }
  } catch (error) {
    ending.error = error;
    yield format.error(errors.encodeItem(error, request, call), isFirst);
    isFirst = false;
  } finally {
    call.finish();
    close(iterator);
  }
  const end = format.end(isFirst);
  if (end !== "") yield end;
}

/** Server-sent events have comments; a proxy that sees one now and then does not take the stream for dead. */
function withKeepAlive(
  next: () => Promise<IteratorResult<Message>>,
  format: StreamFormat,
  interval: number | undefined,
): () => Promise<Reading> {
  if (interval === undefined || format !== streamFormats.sse) return next;
  let pending: Promise<IteratorResult<Message>> | undefined;
  return () => {
    pending ??= next();
    const read = pending;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => resolve("silence"), interval);
      const settle = () => {
        clearTimeout(timer);
        if (pending === read) pending = undefined;
      };
      read.then(
        (result) => {
          settle();
          resolve(result);
        },
        (error) => {
          settle();
          reject(error);
        },
      );
    });
  };
}

interface Pieces {
  readonly iterator: AsyncIterator<Message>;
  readonly next: () => Promise<IteratorResult<Message>>;
  readonly encode: (message: Message) => Uint8Array;
}

/** The pieces of an HttpBody; a failure cuts the response off, since there is no place in it to say so. */
async function* readPieces(
  opening: Uint8Array | undefined,
  { iterator, next, encode }: Pieces,
  { call, settings }: StreamContext,
): AsyncIterable<Uint8Array> {
  try {
    if (opening === undefined) return;
    yield opening;
    for (let read = await next(); read.done !== true; read = await next()) yield encode(read.value);
  } catch (error) {
    const { unexpected } = readStatus(error);
    if (unexpected !== undefined) settings.onError(unexpected, call);
    throw error;
  } finally {
    call.finish();
    close(iterator);
  }
}

/** What a producer throws while it is being closed has nobody left to read it. */
function close(iterator: AsyncIterator<Message>): void {
  iterator.return?.().then(undefined, () => {});
}

/**
 * The status of the stream, as gRPC's trailers tell it, with the trailing metadata of the call for clients that
 * ask for trailers.
 */
function readEnding(ending: Ending, context: StreamContext): Trailers {
  const trailers: Trailers = readTrailers(context) ?? {};
  if (ending.error === undefined) return { ...trailers, "grpc-status": "0" };
  const { code, message } = readStatus(ending.error);
  return {
    ...trailers,
    "grpc-status": String(code),
    "grpc-message": encodeURIComponent(message.toWellFormed()),
  };
}
