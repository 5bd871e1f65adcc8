import type { OutgoingHttpHeaders } from "node:http";
import type { Message } from "../call/message.js";
import type { ServerCall } from "../call/server-call.js";
import type { HttpRequest, HttpResponse } from "../http/http-message.js";
import { jsonContentType, type MessageEncoder } from "./encode-message.js";
import { writeMetadata } from "./headers.js";
import type { RestSettings } from "./options.js";
import type { RestDoor } from "./rest-door.js";

export interface ResponseContext {
  readonly call: ServerCall;
  readonly door: RestDoor;
  readonly request: HttpRequest;
  readonly settings: RestSettings;
}

/** The answer of a call with one response message. */
export function encodeResponse(
  encoder: MessageEncoder,
  message: Message,
  context: ResponseContext,
): HttpResponse {
  const headers = openHeaders(context);
  const status = successStatus(context.call);
  // "No Content" and "Not Modified" have no body in HTTP.
  if (status === 204 || status === 304) return { status, headers, body: undefined };
  let body: string | Uint8Array;
  if (encoder.kind === "json") {
    headers["content-type"] = jsonContentType;
    body = encoder.encode(message);
  } else {
    const { contentType, data } = encoder.encode(message);
    headers["content-type"] = contentType;
    body = data;
  }
  const trailers = readTrailers(context);
  return { status, headers, body, trailers: trailers && (() => trailers) };
}

/** The headers of an answer: the response metadata of the call so far. */
export function openHeaders({ door, settings }: ResponseContext): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  if (door.responseMetadata !== undefined) {
    writeMetadata(door.responseMetadata, headers, settings.metadataNames.headerOf);
  }
  return headers;
}

/** 200, unless the handler has set another, on its call or on Express's response. */
export function successStatus(call: ServerCall): number {
  return call.httpStatus ?? call.http?.res.statusCode ?? 200;
}

export type Trailers = Record<string, string | string[]>;

/** The trailing metadata of a call as HTTP trailers, if there is any and the client says that it takes trailers. */
export function readTrailers({ call, request, settings }: ResponseContext): Trailers | undefined {
  if (call.trailersIfAny === undefined || !acceptsTrailers(request)) return undefined;
  const trailers: Trailers = {};
  writeMetadata(call.trailersIfAny, trailers, settings.metadataNames.trailerOf);
  return Object.keys(trailers).length === 0 ? undefined : trailers;
}

function acceptsTrailers({ headers }: HttpRequest): boolean {
  return headers.te !== undefined && /(^|,)\s*trailers\s*(;|,|$)/i.test(String(headers.te));
}
