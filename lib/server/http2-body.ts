import type { ServerHttp2Stream } from "node:http2";
import { Readable } from "node:stream";

/**
 * Read the body of an HTTP/2 request into a stream that ends only if the body does: node ends a stream of HTTP/2 in
 * the same way when its client leaves in the middle.
 *
 * @param onEnd the whole body has come.
 */
export function feedBody(target: Readable, stream: ServerHttp2Stream, onEnd: () => void): void {
  stream.on("data", (chunk: Buffer) => {
    if (!target.push(chunk)) stream.pause();
  });
  let isComplete = false;
  stream.once("end", () => {
    if (stream.aborted) return;
    isComplete = true;
    onEnd();
    target.push(null);
  });
  stream.once("close", () => {
    if (isComplete || target.destroyed) return;
    target.destroy(createAbortError());
  });
}

/** What node's own request is destroyed with when its client leaves. */
export function createAbortError(): NodeJS.ErrnoException {
  return Object.assign(new Error("aborted"), { code: "ECONNRESET" });
}

/** The body of an HTTP/2 request, read no faster than it is asked for. */
export class Http2Body extends Readable {
  readonly #stream: ServerHttp2Stream;

  constructor(stream: ServerHttp2Stream) {
    super();
    this.#stream = stream;
    // A client may leave when nobody reads on: as with node's own request, that is nobody's fault then.
    this.on("error", () => {});
    feedBody(this, stream, () => {});
  }

  override _read(): void {
    this.#stream.resume();
  }
}
