import { constants, type ServerHttp2Session } from "node:http2";

/** Milliseconds that a client has to close a connection which it was told is over. */
const patience = 1_000;

/**
 * Have `session.close()` end a connection as node's own does: the client is told which of its streams was the last to be
 * served, and may send the later ones elsewhere; when those that are served are over, so is the connection.
 * `isClosing` tells that a stream comes too late: it is to be left alone, the GOAWAY ends it.
 *
 * Node's own, which a client calls too by a GOAWAY of its own, refuses a stream that comes before the server's GOAWAY
 * has left, and does so while nghttp2 reads it. Up to Node 20 that writes to memory that is free: the process is at the
 * mercy of clients that send a GOAWAY and a request in one piece.
 *
 * @see https://github.com/nodejs/node/issues/64113
 */
export function drainOnClose(session: ServerHttp2Session): { readonly isClosing: boolean } {
  const state = { isClosing: false };
  let active = 0;
  session.on("stream", (stream) => {
    active++;
    stream.once("close", () => {
      active--;
      endWhenIdle();
    });
  });
  session.close = (callback) => {
    if (callback !== undefined) session.once("close", callback);
    if (state.isClosing || session.destroyed) return;
    state.isClosing = true;
    session.goaway(constants.NGHTTP2_NO_ERROR);
    endWhenIdle();
  };
  return state;

  function endWhenIdle(): void {
    if (!state.isClosing || active > 0 || session.destroyed) return;
    // What is still to be sent is sent before.
    const timer = setTimeout(() => session.destroy(), patience);
    session.once("close", () => clearTimeout(timer));
  }
}
