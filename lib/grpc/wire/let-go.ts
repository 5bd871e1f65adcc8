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
    // A reset takes back what node has not written yet, trailers first of all; there is no event for when they have gone.
    const timer = setInterval(letGo, 20);
    stream.once("close", () => clearInterval(timer));
    setImmediate(letGo);
  });

  function letGo(): void {
    if (stream.destroyed || stream.readableEnded) return;
    if (stream.state.localClose === 1) stream.close(constants.NGHTTP2_NO_ERROR);
  }
}
