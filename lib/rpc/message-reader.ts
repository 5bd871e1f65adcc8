import { codes, RpcError } from "../call/rpc-error.js";
import type { CompressionName } from "./compressions.js";
import { createFrameParser, type Frame, openFrame } from "./message-frames.js";
import type { Requests } from "./serve-call.js";

export interface MessageReaderOptions {
  /** How the messages are compressed that say they are. */
  readonly compression: CompressionName | undefined;
  /** The longest message, decompressed. */
  readonly limit: number;
}

/** The framed messages of a body, which is read no faster than they are asked for. */
export function createMessageReader(
  body: AsyncIterable<Buffer>,
  { compression, limit }: MessageReaderOptions,
): Requests {
  const parser = createFrameParser(limit);
  const pieces = body[Symbol.asyncIterator]();
  const frames: Frame[] = [];
  return {
    async next() {
      while (frames.length === 0) {
        const piece = await pieces.next();
        if (piece.done !== true) frames.push(...parser.push(piece.value));
        else if (parser.isComplete) return undefined;
        else throw new RpcError(codes.INTERNAL, "the request ends within a message");
      }
      return openFrame(frames.shift() as Frame, compression, limit);
    },
  };
}
