import type { OutgoingHttpHeaders } from "node:http";
import type { Message } from "../call/message.js";
import type { ServerCall } from "../call/server-call.js";
import { readStatus } from "../call/status.js";
import type { HttpRequest, HttpResponse } from "../http/http-message.js";
import type { ErrorEncoder } from "./encode-error.js";
import { acceptsTrailers, readTrailers, successStatus, type Trailers } from "./encode-response.js";
import { writeMetadata } from "./headers.js";
import type { RestSettings } from "./options.js";
import type { RestDoor } from "./rest-door.js";
import type { Route } from "./route.js";
import { type StreamFormat, streamFormats } from "./stream-format.js";

export interface StreamContext {
  readonly route: Route;
  readonly call: ServerCall;
  readonly door: RestDoor;
  readonly request: HttpRequest;
  readonly settings: RestSettings;
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
  const { route, call, door, request, settings } = context;
  const iterator = responses[Symbol.asyncIterator]();
  const first = await nextUntilCancelled(iterator, call);
  const headers: OutgoingHttpHeaders = {};
  if (door.responseMetadata !== undefined) writeMetadata(door.responseMetadata, headers);
  const status = successStatus(call);
  if (route.itemEncoder.kind === "http-body") {
    const { encode } = route.itemEncoder;
    const opening = first.done === true ? undefined : encode(first.value);
    headers["content-type"] = opening?.contentType ?? "application/octet-stream";
    const body = readPieces(opening?.data, (message) => encode(message).data, iterator, context);
    return { status, headers, body, trailers: () => endingTrailers(call, request, undefined) };
  }
  const format = streamFormats[chooseFormat(request, settings)];
  headers["content-type"] = format.contentType;
  if (format === streamFormats.sse) headers["cache-control"] ??= "no-cache";
  const failure: Failure = {};
  const body = writeItems({ first, iterator, format, failure, encode: route.itemEncoder.encode }, context);
  return { status, headers, body, trailers: () => endingTrailers(call, request, failure) };
}

function chooseFormat({ headers }: HttpRequest, settings: RestSettings): RestSettings["streamFormat"] {
  return /(^|,)\s*text\/event-stream\s*(;|,|$)/i.test(headers.accept ?? "") ? "sse" : settings.streamFormat;
}

interface Failure {
  error?: unknown;
}

interface Items {
  readonly first: IteratorResult<Message>;
  readonly iterator: AsyncIterator<Message>;
  readonly format: StreamFormat;
  readonly failure: Failure;
  encode(message: Message): string;
}

async function* writeItems(
  { first, iterator, format, failure, encode }: Items,
  { call, request, errors }: StreamContext,
): AsyncIterable<string> {
  let isFirst = true;
  try {
    for (let result = first; result.done !== true; result = await nextUntilCancelled(iterator, call)) {
      yield format.item(encode(result.value), isFirst);
      isFirst = false;
    }
  } catch (error) {
    failure.error = error;
    yield format.error(errors.encodeItem(error, request, call), isFirst);
    isFirst = false;
  } finally {
    call.finish();
    close(iterator);
  }
  const ending = format.end(isFirst);
  if (ending !== "") yield ending;
}

/** The pieces of an HttpBody; a failure cuts the response off, since there is no place in it to say so. */
async function* readPieces(
  opening: Uint8Array | undefined,
  encode: (message: Message) => Uint8Array,
  iterator: AsyncIterator<Message>,
  { call, settings }: StreamContext,
): AsyncIterable<Uint8Array> {
  try {
    if (opening === undefined) return;
    yield opening;
    for (;;) {
      const result = await nextUntilCancelled(iterator, call);
      if (result.done === true) return;
      yield encode(result.value);
    }
  } catch (error) {
    const { unexpected } = readStatus(error);
    if (unexpected !== undefined) settings.onError(unexpected, call);
    throw error;
  } finally {
    call.finish();
    close(iterator);
  }
}

function nextUntilCancelled(
  iterator: AsyncIterator<Message>,
  call: ServerCall,
): Promise<IteratorResult<Message>> {
  return call.untilCancelled(() => iterator.next());
}

/** What a producer throws while it is being closed has nobody left to read it. */
function close(iterator: AsyncIterator<Message>): void {
  iterator.return?.().then(undefined, () => {});
}

/**
 * The status of the stream, as gRPC's trailers tell it, with the trailing metadata of the call for clients that
 * ask for trailers.
 */
function endingTrailers(call: ServerCall, request: HttpRequest, failure: Failure | undefined): Trailers {
  const trailers: Trailers = (acceptsTrailers(request) ? readTrailers(call) : undefined) ?? {};
  if (failure?.error === undefined) return { ...trailers, "grpc-status": "0" };
  const { code, message } = readStatus(failure.error);
  return {
    ...trailers,
    "grpc-status": String(code),
    "grpc-message": encodeURIComponent(message.toWellFormed()),
  };
}
