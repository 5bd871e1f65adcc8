import type { OutgoingHttpHeaders } from "node:http";
import type { Metadata } from "@grpc/grpc-js";
import type { Message } from "../call/message.js";
import type { ServerCall } from "../call/server-call.js";
import type { HttpDoor } from "../http/http-door.js";
import type { HttpRequest, HttpResponse } from "../http/http-message.js";
import { writeMetadata } from "../http/metadata-headers.js";
import { jsonContentType, type MessageEncoder } from "./encode-message.js";
import type { RestSettings } from "./options.js";

export interface ResponseContext {
  readonly call: ServerCall;
  readonly door: HttpDoor;
  readonly request: HttpRequest;
  readonly settings: RestSettings;
}

/** The answer of a call with one response message. */
export function encodeResponse(
  encoder: MessageEncoder,
  message: Message,
  context: ResponseContext,
): HttpResponse {
  const status = successStatus(context.call);
  const headers = openHeaders(context);
  const trailers = toTrailers(context);
  if (encoder.kind === "json") {
    headers["content-type"] = jsonContentType;
    return { status, headers, body: encoder.encodeToSend(message), trailers };
  }
  const { contentType, data } = encoder.encode(message);
  headers["content-type"] = contentType;
  return { status, headers, body: data, trailers };
}

/** The headers of an answer: the response metadata of the call so far. */
export function openHeaders({ door, settings }: ResponseContext): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  if (door.responseMetadata !== undefined) {
    writeMetadata(door.responseMetadata, headers, { nameOf: settings.metadataNames.headerOf });
  }
  return headers;
}

/** 200, unless the handler has set another, on its call or on Express's response. */
export function successStatus(call: ServerCall): number {
  const status = call.httpStatus ?? call.http?.res.statusCode ?? 200;
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new RangeError(`call.httpStatus is ${status}: it must be a final HTTP status, 200 to 599`);
  }
  return status;
}

/** The trailers of an answer whose call is over. */
export function toTrailers(context: ResponseContext): HttpResponse["trailers"] {
  const trailers = readTrailers(context);
  return trailers && (() => trailers);
}

export type Trailers = Record<string, string | string[]>;

/**
 * The trailing metadata of a call, and of the error that ended it, as HTTP trailers, if there is any and the client
 * says that it takes trailers.
 */
export function readTrailers(
  { call, request, settings }: ResponseContext,
  errorMetadata?: Metadata,
): Trailers | undefined {
  if (call.trailersIfAny === undefined && errorMetadata === undefined) return undefined;
  if (!acceptsTrailers(request)) return undefined;
  const sources = [call.trailersIfAny, errorMetadata].filter((source) => source !== undefined);
  const trailers: Trailers = {};
  for (const source of sources) writeMetadata(source, trailers, { nameOf: settings.metadataNames.trailerOf });
  return Object.keys(trailers).length === 0 ? undefined : trailers;
}

function acceptsTrailers({ headers }: HttpRequest): boolean {
  return headers.te !== undefined && /(^|,)\s*trailers\s*(;|,|$)/i.test(String(headers.te));
}
