import { codes, RpcError } from "../call/rpc-error.js";
import type { HttpRequest } from "./http-message.js";
import { createTooLarge, readBody, readPieces } from "./read-body.js";

// What an earlier middleware has made of the body of a request: bytes, a text, or a value.

/** The same bytes, if they are not too many. */
export function toBuffer(bytes: Uint8Array, limit: number): Buffer {
  if (bytes.length > limit) throw createTooLarge(limit);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The whole body as bytes, whoever has read it; it throws what `readBody` rejects with. */
export async function readBytes(request: HttpRequest, limit: number): Promise<Buffer> {
  return readParsedBytes(request, limit) ?? readBody(request, limit);
}

/** The body piece by piece, as `readPieces` gives it; in one piece when it was read before. */
export async function* readChunks(request: HttpRequest): AsyncIterable<Buffer> {
  const bytes = readParsedBytes(request, Number.POSITIVE_INFINITY);
  if (bytes === undefined) yield* readPieces(request);
  else if (bytes.length > 0) yield bytes;
}

/** The bytes of a body that was read before; of JSON that was parsed, other bytes for the same. */
function readParsedBytes({ parsedBody }: HttpRequest, limit: number): Buffer | undefined {
  if (parsedBody === undefined) return undefined;
  if (parsedBody instanceof Uint8Array) return toBuffer(parsedBody, limit);
  const text = typeof parsedBody === "string" ? parsedBody : printParsed(parsedBody);
  return toBuffer(Buffer.from(text), limit);
}

/**
 * A value as the JSON text that it came of.
 *
 * @throws RpcError INVALID_ARGUMENT when it is nested too deeply: JSON.parse goes deeper than JSON.stringify.
 */
export function printParsed(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    if (cause instanceof TypeError) return JSON.stringify(value, printBigint);
    throw new RpcError(codes.INVALID_ARGUMENT, "the request body is nested too deeply", { cause });
  }
}

/** Parsers that keep the digits of large integers make bigints of them. */
function printBigint(_: string, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}
