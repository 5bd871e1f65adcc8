import type { ServerHttp2Stream } from "node:http2";
import { codes, RpcError } from "../../call/rpc-error.js";
import type { CompressionName } from "../../rpc/compressions.js";
import { createFrameParser, type Frame, openFrame } from "../../rpc/message-frames.js";
import type { Requests } from "../../rpc/serve-call.js";

export interface RequestReaderOptions {
  readonly compression: CompressionName | undefined;
  /** The longest message, decompressed. */
  readonly limit: number;
}

/** Read messages no faster than they are asked for: the client is held back by the flow control of HTTP/2. */
export function createRequestReader(stream: ServerHttp2Stream, options: RequestReaderOptions): Requests {
  const parser = createFrameParser(options.limit);
  const frames: Frame[] = [];
  let ending: { readonly error?: RpcError } | undefined;
  let wake: (() => void) | undefined;

  function finish(error?: RpcError): void {
    ending ??= error === undefined ? {} : { error };
    wake?.();
  }

  stream.on("data", (chunk: Buffer) => {
    if (ending !== undefined) return;
    try {
      frames.push(...parser.push(chunk));
    } catch (error) {
      finish(error as RpcError);
      return;
    }
    if (frames.length === 0) return;
    if (wake === undefined) stream.pause();
    else wake();
  });
  stream.once("end", () => {
    // node ends the stream of a client that leaves, too; its close is told below.
    if (stream.aborted) return;
    finish(parser.isComplete ? undefined : new RpcError(codes.INTERNAL, "the request ends within a message"));
  });
  stream.once("close", () => finish(new RpcError(codes.CANCELLED, "the client went away")));

  return {
    async next() {
      while (frames.length === 0) {
        if (ending?.error !== undefined) throw ending.error;
        if (ending !== undefined) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
          stream.resume();
        });
        wake = undefined;
      }
      const frame = frames.shift() as Frame;
      return frame.isCompressed ? openFrame(frame, options.compression, options.limit) : frame.bytes;
    },
  };
}
