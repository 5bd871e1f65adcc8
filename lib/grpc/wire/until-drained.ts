import type { ServerHttp2Stream } from "node:http2";

/** Resolves when the client takes more, or is gone. */
export function untilDrained(stream: ServerHttp2Stream): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off("drain", done).off("close", done);
      resolve();
    };
    stream.once("drain", done).once("close", done);
  });
}
