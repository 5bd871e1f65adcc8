import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { codes, RpcError } from "../call/rpc-error.js";
import { CollectedBytes } from "./collected-bytes.js";
import { HttpError, unsupportedMedia } from "./http-error.js";
import type { HttpRequest } from "./http-message.js";

/**
 * The body, inflated when its `Content-Encoding` says so; `undefined` when there is none. What is not read of it is
 * the host's to discard.
 *
 * @throws HttpError 415 for an encoding other than gzip, deflate, br and identity; RpcError CANCELLED when the client
 *   is gone already.
 */
function openBody(request: HttpRequest): Readable | undefined {
  const { body } = request;
  if (body.readableEnded) {
    if (!hasBody(request)) return undefined;
    throw new Error(
      "the request body has been read before, and neither req.body nor req.rawBody holds it: " +
        "mount the router before whatever reads it, or keep the bytes in req.rawBody",
    );
  }
  if (body.destroyed) throw createAbortError();
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase();
  if (encoding === undefined || encoding === "" || encoding === "identity") return body;
  const inflate = createInflater(encoding);
  // pipe() does not carry a fault of the source over; without this an aborted upload would wait for ever.
  body.once("error", () => inflate.destroy(createAbortError()));
  body.once("close", () => {
    if (!body.readableEnded) inflate.destroy(createAbortError());
  });
  inflate.once("close", () => body.unpipe(inflate));
  // Over HTTP/2 no header tells whether there is a body, and nothing is no valid input of zlib.
  let isEmpty = true;
  body.once("data", () => {
    isEmpty = false;
  });
  body.once("end", () => {
    if (isEmpty) inflate.push(null);
    else inflate.end();
  });
  return body.pipe(inflate, { end: false });
}

/** Does a request of HTTP/1.1 say that it has a body? */
export function hasBody({ headers }: Pick<HttpRequest, "headers">): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function createInflater(encoding: string) {
  if (encoding === "gzip" || encoding === "x-gzip") return createGunzip();
  if (encoding === "deflate") return createInflate();
  if (encoding === "br") return createBrotliDecompress();
  const message = `unsupported content encoding "${encoding.slice(0, 80)}": send gzip, deflate, br or none`;
  throw unsupportedMedia("content-encoding", message);
}

/**
 * The whole body as bytes, inflated.
 *
 * @param limit the most bytes to take, counted after inflating.
 * @throws HttpError 413 when there are more, 415 for an unknown encoding; RpcError INVALID_ARGUMENT when the
 *   body is not what its encoding says, CANCELLED when the client goes away.
 */
export function readBody(request: HttpRequest, limit: number): Promise<Buffer> {
  const declared = Number(request.headers["content-length"] ?? 0);
  if (declared > limit && request.headers["content-encoding"] === undefined) {
    return Promise.reject(createTooLarge(limit));
  }
  return new Promise((resolve, reject) => {
    const body = openBody(request);
    if (body === undefined) return resolve(Buffer.alloc(0));
    const collected = new CollectedBytes();
    body.on("data", (chunk: Buffer) => {
      if (collected.length + chunk.length <= limit) {
        collected.push(chunk);
        return;
      }
      body.pause();
      body.removeAllListeners("data");
      // What a few bytes inflate to is never made; the request itself still has to be answered.
      if (body !== request.body) body.destroy();
      reject(createTooLarge(limit));
    });
    body.on("end", () => resolve(collected.take()));
    body.on("error", (cause) => reject(readingFault(cause, body !== request.body)));
    body.on("close", () => {
      if (!body.readableEnded) reject(createAbortError());
    });
  });
}

/** The body piece by piece, inflated, no faster than it is asked for. It throws what `readBody` rejects with. */
export async function* readPieces(request: HttpRequest): AsyncIterable<Buffer> {
  const body = openBody(request);
  if (body === undefined) return;
  try {
    // A reader that has heard enough must not close the connection before it is answered.
    yield* body.iterator({ destroyOnReturn: body !== request.body });
  } catch (cause) {
    throw readingFault(cause, body !== request.body);
  }
}

export function createTooLarge(limit: number): HttpError {
  return new HttpError(413, codes.RESOURCE_EXHAUSTED, `the request body is larger than ${limit} bytes`);
}

function createAbortError(): RpcError {
  return new RpcError(codes.CANCELLED, "the client went away before its request was complete");
}

/** What a stream of Node fails with: of the request, because the client is gone; of zlib, because of its input. */
function readingFault(cause: unknown, isInflated: boolean): RpcError {
  if (cause instanceof RpcError) return cause;
  if (!isInflated) return createAbortError();
  return new RpcError(codes.INVALID_ARGUMENT, "the request body does not match its content encoding", {
    cause,
  });
}
