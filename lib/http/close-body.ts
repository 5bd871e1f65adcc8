import type { HttpResponse } from "./http-message.js";

/** Stop what makes a body that nobody will read; what it throws while it is being closed has nobody left to hear it. */
export async function closeBody(body: HttpResponse["body"]): Promise<void> {
  if (isPieces(body))
    await body[Symbol.asyncIterator]()
      .return?.()
      .catch(() => {});
}

/** A body that comes in pieces, as they are made. */
export function isPieces(body: HttpResponse["body"]): body is AsyncIterable<string | Uint8Array> {
  return typeof body === "object" && !(body instanceof Uint8Array);
}
