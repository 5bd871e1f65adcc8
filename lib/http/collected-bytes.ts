/** So many pieces are made one. */
const mergedPieces = 256;

/**
 * Bytes that come in pieces, and are asked for as a whole. A client may send them one by one, and each piece keeps far
 * more memory than its length: small ones are put together now and then.
 */
export class CollectedBytes {
  #pieces: Buffer[] = [];
  /** The last of the pieces, those that have not been merged. */
  #loosePieces = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(piece: Buffer): void {
    this.#length += piece.length;
    this.#pieces.push(piece);
    this.#loosePieces++;
    if (this.#loosePieces < mergedPieces) return;
    this.#pieces.push(Buffer.concat(this.#pieces.splice(-mergedPieces)));
    this.#loosePieces = 0;
  }

  /** All of them; what comes from now on is collected anew. */
  take(): Buffer {
    const [first] = this.#pieces;
    const whole =
      this.#pieces.length === 1 && first !== undefined ? first : Buffer.concat(this.#pieces, this.#length);
    this.#pieces = [];
    this.#loosePieces = 0;
    this.#length = 0;
    return whole;
  }
}
