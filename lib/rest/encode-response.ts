import type { OutgoingHttpHeaders } from "node:http";
import type { Message } from "../call/message.js";
import type { ServerCall } from "../call/server-call.js";
import type { HttpRequest, HttpResponse } from "../http/http-message.js";
import { jsonContentType, type MessageEncoder } from "./encode-message.js";
import { writeMetadata } from "./headers.js";
import type { RestDoor } from "./rest-door.js";

export interface ResponseContext {
  readonly call: ServerCall;
  readonly door: RestDoor;
  readonly request: HttpRequest;
}

/** The answer of a call with one response message. */
export function encodeResponse(
  encoder: MessageEncoder,
  message: Message,
  { call, door, request }: ResponseContext,
): HttpResponse {
  const headers: OutgoingHttpHeaders = {};
  if (door.responseMetadata !== undefined) writeMetadata(door.responseMetadata, headers);
  let body: string | Uint8Array;
  if (encoder.kind === "json") {
    headers["content-type"] = jsonContentType;
    body = encoder.encode(message);
  } else {
    const { contentType, data } = encoder.encode(message);
    headers["content-type"] = contentType;
    body = data;
  }
  const trailers = acceptsTrailers(request) ? readTrailers(call) : undefined;
  return { status: successStatus(call), headers, body, trailers: trailers && (() => trailers) };
}

/** 200, unless the handler has set another, on its call or on Express's response. */
export function successStatus(call: ServerCall): number {
  return call.httpStatus ?? call.http?.res.statusCode ?? 200;
}

/** Response metadata that was sent before the call failed is sent with the error. */
export function withMetadata(response: HttpResponse, door: RestDoor): HttpResponse {
  if (door.responseMetadata === undefined) return response;
  const headers: OutgoingHttpHeaders = {};
  writeMetadata(door.responseMetadata, headers);
  return { ...response, headers: { ...headers, ...response.headers } };
}

/** Trailers are for clients that say that they take them. */
export function acceptsTrailers({ headers }: HttpRequest): boolean {
  return headers.te !== undefined && /(^|,)\s*trailers\s*(;|,|$)/i.test(String(headers.te));
}

export type Trailers = Record<string, string | string[]>;

/** The trailing metadata of a call as HTTP trailers; `undefined` when there is none. */
export function readTrailers(call: ServerCall): Trailers | undefined {
  if (call.trailersIfAny === undefined) return undefined;
  const trailers: Trailers = {};
  writeMetadata(call.trailersIfAny, trailers);
  return Object.keys(trailers).length === 0 ? undefined : trailers;
}
