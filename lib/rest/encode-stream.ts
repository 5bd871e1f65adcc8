import type { OutgoingHttpHeaders } from "node:http";
import { closeIterator } from "../call/close-iterator.js";
import type { Message } from "../call/message.js";
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
import { type BodyForm, openBody, type Source } from "./stream-body.js";
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
  const source = { iterator, next, call, context };
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

interface StreamSource extends Source {
  readonly context: StreamContext;
}

/** Stands for a message where none has come for a while. */
const silence: IteratorYieldResult<Message> = { done: false, value: {} };

type EncodeItem = Extract<MessageEncoder, { kind: "json" }>["encode"];
type EncodePiece = Extract<MessageEncoder, { kind: "http-body" }>["encode"];

async function encodeItems(encode: EncodeItem, source: StreamSource): Promise<HttpResponse> {
  const { context } = source;
  const format = streamFormats[chooseStreamFormat(context)];
  const interval = format.comment === undefined ? undefined : context.settings.streamKeepAlive;
  const next = interval === undefined ? source.next : withKeepAlive(source.next, interval, silence);
  const ending: Ending = {};
  const form = createItemForm({ encode, format, ending, context });
  const body = openBody(await next(), { ...source, next }, form);
  const status = successStatus(context.call);
  const headers = openHeaders(context);
  setStreamHeaders(headers, format);
  return { status, headers, body, trailers: () => readEnding(ending, context) };
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

interface ItemWriting {
  readonly encode: EncodeItem;
  readonly format: StreamFormat;
  readonly ending: Ending;
  readonly context: StreamContext;
}

function createItemForm({ encode, format, ending, context }: ItemWriting): BodyForm<string> {
  let isFirst = true;
  return {
    write(message) {
      if (message === silence.value) return format.comment ?? "";
      const item = format.item(encode(message), isFirst);
      isFirst = false;
      return item;
    },
    end() {
      const end = format.end(isFirst);
      return end === "" ? undefined : end;
    },
    fail(error) {
      ending.error = error;
      const item = format.error(context.errors.encodeItem(error, context.request, context.call), isFirst);
      return item + format.end(false);
    },
  };
}

async function encodePieces(encode: EncodePiece, source: StreamSource): Promise<HttpResponse> {
  const { context, next } = source;
  let contentType: string | undefined;
  const form: BodyForm<Uint8Array> = {
    write(message) {
      const piece = encode(message);
      contentType ??= piece.contentType;
      return piece.data;
    },
    end: () => undefined,
    // There is no place in the response to say so: it is cut off.
    fail(error) {
      const { unexpected } = readStatus(error);
      if (unexpected !== undefined) context.settings.onError(unexpected, context.call);
      throw error;
    },
  };
  const body = openBody(await next(), source, form);
  const status = successStatus(context.call);
  const headers = openHeaders(context);
  headers["content-type"] = contentType ?? "application/octet-stream";
  return { status, headers, body, trailers: () => readEnding({}, context) };
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
