import { constants, type ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";

/** Milliseconds that a client has to close its side of a connection which has been ended. */
const patience = 1_000;

/** What is known of a connection that may be about to end. */
export interface Draining {
  /** A stream comes too late: it is to be left alone, the GOAWAY ends it. */
  isTooLate(streamId: number): boolean;
}

/**
 * Have `session.close()` end a connection as node's own does: the client is told which of its streams was the last to be
 * served, and may send the later ones elsewhere; when those that are served are over, so is the connection.
 *
 * Node's own, which a client calls too by a GOAWAY of its own, refuses a stream that comes before the server's GOAWAY
 * has left, and does so while nghttp2 reads it. Up to Node 20 that writes to memory that is free: the process is at the
 * mercy of clients that send a GOAWAY and a request in one piece. A session that is destroyed refuses nothing.
 *
 * @see https://github.com/nodejs/node/issues/64113
 */
export function drainOnClose(session: ServerHttp2Session, socket: Socket): Draining {
  const closeAsNode = session.close.bind(session);
  /** The one that the GOAWAY names. Its `"stream"` event, and those before it, may be yet to come. */
  let lastStream = Number.POSITIVE_INFINITY;
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
    if (Number.isFinite(lastStream) || session.destroyed) return;
    lastStream = session.state.lastProcStreamID ?? 0;
    session.goaway(constants.NGHTTP2_NO_ERROR);
    endWhenIdle();
  };
  return { isTooLate: (streamId) => streamId > lastStream };

  function endWhenIdle(): void {
    // By then the streams that have come are told of, and nothing is being read.
    if (Number.isFinite(lastStream)) setImmediate(end);
  }

  function end(): void {
    if (active > 0 || session.destroyed) return;
    // It is nothing but the word to end the socket, not to cut it, when all is sent.
    closeAsNode();
    session.destroy();
    socket.once("finish", () => {
      const timer = setTimeout(() => socket.destroy(), patience);
      socket.once("close", () => clearTimeout(timer));
    });
  }
}
