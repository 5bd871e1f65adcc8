import { closeBody } from "../http/close-body.js";
import type { HttpResponse } from "../http/http-message.js";

/** A response to HEAD: the headers of GET's; a stream that nobody will read is stopped. */
export function withoutBody(response: HttpResponse): HttpResponse {
  const { status, headers, body } = response;
  void closeBody(body);
  const isWhole = typeof body === "string" || body instanceof Uint8Array;
  const length = isWhole ? { "content-length": Buffer.byteLength(body) } : {};
  return { status, headers: { ...headers, ...length }, body: undefined };
}

/** Statuses whose responses have no content: a handler that sets one of them still answers its message. */
const statusesWithoutContent: ReadonlySet<number> = new Set([204, 205, 304]);

/** A response as its status has it. */
export function withoutContent(response: HttpResponse): HttpResponse {
  const { status, headers, body } = response;
  if (!statusesWithoutContent.has(status)) return response;
  void closeBody(body);
  const { "content-type": _, ...others } = headers;
  return { status, headers: others, body: undefined };
}
