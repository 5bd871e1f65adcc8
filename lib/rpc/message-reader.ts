import { codes, RpcError } from "../call/rpc-error.js";
import { createFrameParser, type Frame, type MessageOptions, openFrame } from "./message-frames.js";
import type { Requests } from "./serve-call.js";

/**
 * The framed messages of a body, which is read no faster than they are asked for.
 *
 * A body may have been parsed or inflated before it comes here, so it is asked for its pieces; the `RequestReader` of
 * native calls hears them from their stream, without a promise for each.
 */
export function createMessageReader(body: AsyncIterable<Buffer>, options: MessageOptions): Requests {
  const parser = createFrameParser(options.limit);
  const pieces = body[Symbol.asyncIterator]();
  let frames: readonly Frame[] = [];
  let taken = 0;
  return {
    async next() {
      while (taken === frames.length) {
        const piece = await pieces.next();
        if (piece.done === true) {
          if (parser.isComplete) return undefined;
          throw new RpcError(codes.INTERNAL, "the request ends within a message");
        }
        frames = parser.push(piece.value);
        taken = 0;
      }
      return openFrame(frames[taken++] as Frame, options);
    },
  };
}
