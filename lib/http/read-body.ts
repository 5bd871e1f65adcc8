import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { codes, RpcError } from "../call/rpc-error.js";
import { HttpError } from "./http-error.js";
import type { HttpRequest } from "./http-message.js";

/**
 * The body, inflated when its `Content-Encoding` says so.
 *
 * @throws HttpError 415 for an encoding other than gzip, deflate, br and identity.
 */
export function openBody(request: HttpRequest): Readable {
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase();
  if (encoding === undefined || encoding === "" || encoding === "identity") return request.body;
  const inflate = createInflater(encoding);
  // pipe() does not carry a fault of the source over; without this an aborted upload would wait for ever.
  request.body.once("error", (error) => inflate.destroy(error));
  request.body.once("close", () => {
    if (!request.body.readableEnded) inflate.destroy(createAbortError());
  });
  inflate.once("error", () => request.body.unpipe(inflate));
  return request.body.pipe(inflate);
}

function createInflater(encoding: string) {
  if (encoding === "gzip" || encoding === "x-gzip") return createGunzip();
  if (encoding === "deflate") return createInflate();
  if (encoding === "br") return createBrotliDecompress();
  throw new HttpError(
    415,
    codes.INVALID_ARGUMENT,
    `unsupported content encoding "${encoding}": send gzip, deflate, br or none`,
  );
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
  if (request.body.readableEnded) {
    return Promise.reject(new Error("the request body was read by an earlier middleware that left nothing of it"));
  }
  return new Promise((resolve, reject) => {
    const body = openBody(request);
    const chunks: Buffer[] = [];
    let length = 0;
    body.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limit) {
        chunks.push(chunk);
        return;
      }
      body.pause();
      body.removeAllListeners("data");
      reject(createTooLarge(limit));
    });
    body.once("end", () =>
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length)),
    );
    body.once("error", (cause) => reject(readingFault(cause, body !== request.body)));
    body.once("close", () => {
      if (!body.readableEnded) reject(createAbortError());
    });
  });
}

function createTooLarge(limit: number): HttpError {
  return new HttpError(413, codes.RESOURCE_EXHAUSTED, `the request body is larger than ${limit} bytes`);
}

function createAbortError(): RpcError {
  return new RpcError(codes.CANCELLED, "the client went away before its request was complete");
}

function readingFault(cause: unknown, isInflated: boolean): RpcError {
  if (cause instanceof RpcError) return cause;
  if (!isInflated) return createAbortError();
  return new RpcError(codes.INVALID_ARGUMENT, "the request body does not match its content encoding", {
    cause,
  });
}
