import type { Writable } from "node:stream";
import { createTurns } from "../call/create-turns.js";

type Piece = string | Uint8Array;
/** A response, which compression gives a `flush`: it holds back what was written until it is told not to. */
type Outlet = Writable & { flush?: () => void };

/**
 * Writes the pieces of a body, no faster than the client reads.
 *
 * Those that come in one turn of the event loop go out as one, up to what a stream takes before it asks to wait: by
 * itself, a small one costs several times what is in it. A turn, and not until `process.nextTick`: the messages that
 * grpc-js reads at once from a server are several ticks apart. None waits for another that may never come: all have been
 * written when nothing is left to run but timers and sockets.
 */
export class PieceWriter {
  readonly #outlet: Outlet;
  #pieces: Piece[] = [];
  #length = 0;
  #isWritable = true;
  #resume = () => {};

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
    const onReady = () => {
      this.#isWritable = true;
      this.#resume();
    };
    // compression puts listeners for `drain` elsewhere, where they cannot be taken off again: one serves all waits.
    outlet.on("drain", onReady);
    // compression gives its own stream back for `drain`.
    outlet.once("close", onReady);
  }

  /** The client has left, or the stream was closed. */
  get isGone(): boolean {
    return this.#outlet.destroyed || this.#outlet.closed;
  }

  /** Write each piece as it comes, up to the last; false if the client leaves before. */
  async writeAll(body: AsyncIterable<Piece>): Promise<boolean> {
    const nextTurn = createTurns();
    try {
      for await (const piece of body) {
        if (this.isGone) return false;
        this.#add(piece);
        if (!this.#isWritable) await this.#untilWritable();
        // A reader as fast as the handler never makes it wait.
        const turn = nextTurn();
        if (turn !== undefined) await turn;
        if (this.isGone) return false;
      }
      return true;
    } finally {
      this.flush();
    }
  }

  #add(piece: Piece): void {
    if (this.#pieces.length === 0) setImmediate(() => this.#flushLater());
    this.#pieces.push(piece);
    this.#length += piece.length;
    const { writableLength, writableHighWaterMark } = this.#outlet;
    if (this.#length + writableLength >= writableHighWaterMark) this.flush();
  }

  /** Nobody waits for it here: a middleware that throws when it is written to cuts the response off. */
  #flushLater(): void {
    try {
      this.flush();
    } catch {
      this.#outlet.destroy();
    }
  }

  /** Write what there is. */
  flush(): void {
    if (this.#pieces.length === 0 || this.isGone) return;
    const whole = joinPieces(this.#pieces);
    this.#pieces = [];
    this.#length = 0;
    this.#isWritable = this.#outlet.write(whole);
    this.#outlet.flush?.();
  }

  #untilWritable(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isWritable || this.isGone) resolve();
      else this.#resume = resolve;
    });
  }
}

function joinPieces(pieces: readonly Piece[]): Piece {
  const [first] = pieces;
  if (pieces.length === 1 && first !== undefined) return first;
  if (pieces.every((piece) => typeof piece === "string")) return pieces.join("");
  return Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)));
}
