import type { OutgoingHttpHeaders } from "node:http";
import { readHeaderLines } from "./header-lines.js";

/** What a piece of a chunked body comes to. */
export interface DecodedChunks {
  readonly data: readonly Buffer[];
  /** Those after the last chunk, once it has come. */
  readonly trailers?: OutgoingHttpHeaders;
}

/**
 * Take the chunked encoding off a body that node has put it on.
 *
 *     decode(Buffer.from("5\r\nhello\r\n0\r\nx-sum: 7\r\n\r\n"))
 *     // { data: [<Buffer hello>], trailers: { "x-sum": "7" } }
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-7.1
 */
export function createChunkDecoder(): (bytes: Buffer) => DecodedChunks {
  let pending: Buffer = Buffer.alloc(0);
  /** What is left of the chunk at hand; its line end counts. */
  let remaining = 0;
  let isLast = false;

  return function decode(bytes) {
    const data: Buffer[] = [];
    pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
    while (pending.length > 0) {
      if (isLast) {
        const end = pending.indexOf("\r\n\r\n");
        const lines = pending.toString("latin1").split("\r\n");
        return end === -1 && lines[0] !== "" ? { data } : { data, trailers: readHeaderLines(lines) };
      }
      if (remaining > 0) {
        const piece = pending.subarray(0, remaining);
        const content = piece.subarray(0, Math.max(0, remaining - 2));
        if (content.length > 0) data.push(content);
        pending = pending.subarray(piece.length);
        remaining -= piece.length;
        continue;
      }
      const end = pending.indexOf("\r\n");
      if (end === -1) break;
      const length = Number.parseInt(pending.toString("latin1", 0, end), 16);
      pending = pending.subarray(end + 2);
      isLast = length === 0;
      remaining = isLast ? 0 : length + 2;
    }
    return { data };
  };
}
