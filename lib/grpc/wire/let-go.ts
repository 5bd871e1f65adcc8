import { constants, type ServerHttp2Stream } from "node:http2";

/**
 * Let go of what a client still sends after its request was answered: it would fill the connection for nothing. To be
 * called before the response ends.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9113#section-8.1
 */
export function letGoAfterwards(stream: ServerHttp2Stream): void {
  // Most requests have come as a whole by then.
  if (stream.readableEnded) return;
  stream.once("finish", () => {
    // A reset takes back what node has not written yet: the end of the data in the first turn of the event loop,
    // trailers in the second.
    setImmediate(() =>
      setImmediate(() => {
        if (!stream.readableEnded && !stream.destroyed) stream.close(constants.NGHTTP2_NO_ERROR);
      }),
    );
  });
}
